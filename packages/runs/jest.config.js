export { default } from '../../tools/jest/built.js';
