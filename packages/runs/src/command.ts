// What a command line over runs is made of: the settings as tables, and the steps that its other commands share.

export { lossSetting } from './choices/losses.js';
export { checkMomentum, createOptimizer, optimizerSettings } from './choices/optimizers.js';
export { evaluationSettings } from './evaluation/evaluate-network.js';
export { readModelFile } from './network/read-model-file.js';
export { namesOf, parseChoice } from './settings/choice.js';
export { parseWholeNumber, wholeNumber } from './settings/number.js';
export { namingOutputOptions, outputOptionsOf, outputSettings } from './settings/output-settings.js';
export { layoutOptions, parameterSettings } from './settings/parameter-settings.js';
export { recomputeSetting } from './settings/recompute.js';
export { recordSettings, refuseConflicts } from './training/recorded-settings.js';
export { completeRunSettings, runSettings } from './training/run-settings.js';
export {
  completeSettings,
  describeInitial,
  rowsOf,
  type Setting,
  type SettingsTable,
} from './settings/setting.js';
export { refuse } from './settings/usage-error.js';
export { formatDuration } from './text/format-duration.js';
export { formatPercent } from './text/format-percent.js';
export { assembleLoss, LossRefusedError } from './choices/assemble-loss.js';
export { restoreModel } from './training/restore-model.js';
export { runFolder } from './training/run-folder.js';
export { readCheckpoint, recordOf } from './training/run-record.js';
