import type { CityscapesCounts } from '../../counting/cityscapes-counts.js';
import { cityscapesLabels } from '../../counting/cityscapes-labels.js';
import {
  cityscapesCategoryInstanceIou,
  cityscapesCategoryIou,
  cityscapesInstanceIou,
  cityscapesIou,
  meanCityscapesCategoryInstanceIou,
  meanCityscapesCategoryIou,
  meanCityscapesInstanceIou,
  meanCityscapesIou,
} from '../cityscapes.js';
import type { Preset } from './preset.js';

/**
 * The official pixel-level evaluation of Cityscapes, by the names of its JSON. Its counts are {@link CityscapesCounts}, of
 * label ids and instance ids.
 *
 * @example
 * evaluatePreset(cityscapes, new CityscapesCounts().add(labelIds, predictions, instanceIds)).averageScoreClasses;
 */
export const cityscapes: Preset<CityscapesCounts> = {
  name: 'Cityscapes',
  counting: { numClasses: cityscapesLabels.length },
  metrics: {
    classScores: cityscapesIou,
    classInstScores: cityscapesInstanceIou,
    categoryScores: cityscapesCategoryIou,
    categoryInstScores: cityscapesCategoryInstanceIou,
    averageScoreClasses: meanCityscapesIou,
    averageScoreInstClasses: meanCityscapesInstanceIou,
    averageScoreCategories: meanCityscapesCategoryIou,
    averageScoreInstCategories: meanCityscapesCategoryInstanceIou,
  },
};
