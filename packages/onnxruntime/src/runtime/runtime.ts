// The one door to onnxruntime-node: whatever is imported from elsewhere may load it with its telemetry on.
import './telemetry-off.js';

// eslint-disable-next-line @typescript-eslint/no-restricted-imports
export { InferenceSession, Tensor } from 'onnxruntime-node';
