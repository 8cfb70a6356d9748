import {
  argmax,
  batchMean,
  batchScores,
  boundaryWidth,
  categoriesOf,
  CityscapesCounts,
  classDice,
  classIou,
  classMetric,
  countBoundary,
  ConfusionMatrix,
  evaluatePreset,
  huggingFaceEvaluate,
  ImageCounts,
  imageMean,
  imageScores,
  jdtLosses,
  lovaszSoftmax,
  mean,
  meanIou,
  cityscapes,
  mmsegmentation,
  normalize,
  pixelAccuracy,
  cohenKappa,
  meanAccuracy,
  reduceZeroLabel,
  segmentationModels,
  threshold,
  torchmetrics,
  torchmetricsSegmentation,
  voc,
  type CityscapesLabel,
  type Preset,
} from '@lovasz/evaluation';
import { countCase, countingOptions, type CaseCounts } from './count-case.js';
import { binaryScores, datasetValues, imageValues, mergeShards, sklearnScores } from './definitions.js';
import { numberOption, type CaseInputs, type MetricCase, type Plane } from './metric-case.js';

/** A kind of case: how it is recognised and what is computed for it. */
interface Kind {
  readonly of: (metricCase: MetricCase) => boolean;
  readonly compute: (metricCase: MetricCase, inputs: CaseInputs) => unknown;
}

/** Cases that a package or repository computed with a function. */
const peer =
  (name: string, part: string) =>
  ({ source }: MetricCase): boolean =>
    (source.package === name || source.repository === name) && (source.function ?? '').includes(part);

/** Cases given by a definition, of a group, whose last part of the name is as given. */
const definition =
  (group: string, last: RegExp) =>
  ({ name, source }: MetricCase): boolean =>
    source.definition !== undefined && name.startsWith(`${group}/`) && last.test(name.split('/').at(-1)!);

const kinds: readonly Kind[] = [
  { of: definition('dataset', /^definition$/), compute: ofDataset },
  { of: definition('dataset', /^definition-images$/), compute: ofImages },
  { of: definition('probabilities', /^definition$/), compute: ofProbabilities },
  { of: definition('binary', /^definition$/), compute: ofDataset },
  { of: definition('binary', /^definition-images$/), compute: ofImages },
  { of: definition('paper', /^dataset-miou$/), compute: paperDataset },
  { of: definition('paper', /^image-miou$/), compute: paperImages },
  { of: definition('paper', /^batch-/), compute: paperBatches },
  { of: definition('voc', /^official$/), compute: ofVoc },
  { of: definition('fine', /^definition-q/), compute: ofFineGrained },
  { of: definition('boundary', /^definition$/), compute: semanticBoundary },
  { of: definition('merge', /^pixels$/), compute: mergedPixels },
  { of: definition('merge', /^images$/), compute: mergedImages },
  {
    of: ({ source, options }) => source.definition !== undefined && options['confusion'] !== undefined,
    compute: givenCounts,
  },
  { of: peer('torchmetrics', 'ConfusionMatrix'), compute: torchmetricsConfusion },
  { of: peer('torchmetrics', 'MulticlassJaccardIndex'), compute: torchmetricsJaccard },
  {
    of: peer('torchmetrics', 'MulticlassF1Score, -Precision, -Recall, -Accuracy'),
    compute: torchmetricsRates,
  },
  {
    of: (metricCase) =>
      peer('torchmetrics', 'MulticlassF1Score')(metricCase) &&
      metricCase.source.options?.['multidim_average'] === 'samplewise',
    compute: torchmetricsSamplewise,
  },
  { of: peer('torchmetrics', 'segmentation.MeanIoU'), compute: torchmetricsMeanIou },
  { of: peer('torchmetrics', 'generalized_dice_score'), compute: torchmetricsGeneralized },
  { of: peer('torchmetrics', 'segmentation.dice_score'), compute: torchmetricsDice },
  { of: peer('torchmetrics', 'classification.BinaryJaccardIndex'), compute: binaryJaccard },
  { of: peer('torchmetrics', 'classification.Binary*'), compute: binaryAboveThreshold },
  { of: peer('scikit-learn', 'confusion_matrix'), compute: sklearnConfusion },
  { of: peer('scikit-learn', 'matthews_corrcoef'), compute: ofForeground },
  { of: peer('scikit-learn', 'jaccard_score'), compute: sklearn },
  { of: peer('segmentation_models_pytorch', "get_stats(mode='binary')"), compute: smpBinary },
  { of: peer('segmentation_models_pytorch', 'get_stats'), compute: smp },
  { of: peer('huggingface/evaluate', 'mean_iou'), compute: huggingFace },
  { of: peer('open-mmlab/mmsegmentation', 'IoUMetric'), compute: mmseg },
  { of: peer('bermanmaxim/LovaszSoftmax', 'iou_binary'), compute: lovaszBinary },
  { of: peer('bermanmaxim/LovaszSoftmax', 'mean over classes'), compute: lovaszMean },
  { of: peer('bermanmaxim/LovaszSoftmax', 'iou'), compute: lovasz },
  { of: peer('kornia', 'mean_iou'), compute: kornia },
  { of: peer('zifuwanggg/JDTLosses', 'AccuracyMetric'), compute: ofFineGrained },
  { of: peer('bowenc0221/boundary-iou-api', 'mask_to_boundary'), compute: boundaryOfMasks },
  { of: peer('cityscapesScripts', 'evalPixelLevelSemanticLabeling'), compute: ofCityscapes },
];

/**
 * What this project computes for a case.
 *
 * @throws RangeError when no kind fits the case, or its inputs or options are not what the kind needs.
 */
export function computeCase(metricCase: MetricCase, inputs: CaseInputs): unknown {
  const kind = kinds.find(({ of }) => of(metricCase));
  if (kind === undefined) {
    const { definition: words, package: name, repository, function: called } = metricCase.source;
    throw new RangeError(
      `unknown kind of case: ${[words, name, repository, called].filter((part) => part !== undefined).join(', ')}`,
    );
  }
  return kind.compute(metricCase, inputs);
}

function ofDataset(metricCase: MetricCase, inputs: CaseInputs) {
  return datasetValues(countCase(inputs, countingOptions(metricCase)).confusion);
}

function ofImages(metricCase: MetricCase, inputs: CaseInputs) {
  return imageValues(countCase(inputs, countingOptions(metricCase)).images);
}

/** The inputs with predictions in place of probabilities. */
function decoded(inputs: CaseInputs, decode: (probabilities: Plane) => ArrayLike<number>): CaseInputs {
  return {
    has: (part) => part === 'predictions' || inputs.has(part),
    images: (part) =>
      part === 'predictions' && !inputs.has('predictions')
        ? inputs
            .images('probabilities')
            .map((plane) => ({ shape: plane.shape.slice(-2), data: decode(plane) }))
        : inputs.images(part),
  };
}

function ofProbabilities(metricCase: MetricCase, inputs: CaseInputs) {
  const numClasses = numberOption(metricCase, 'numClasses');
  const predicted = decoded(inputs, ({ data }) => argmax(data, numClasses));
  const ties = inputs.images('probabilities').map(({ data }) => {
    const pixels = data.length / numClasses;
    return Array.from({ length: pixels }, (_, pixel) => {
      const scores = Array.from({ length: numClasses }, (_, id) => data[id * pixels + pixel]!);
      const highest = Math.max(...scores);
      return scores.filter((score) => score === highest).length > 1;
    }).filter(Boolean).length;
  });
  if (inputs.has('argmax')) {
    const expected = inputs.images('argmax');
    for (const [image, { data }] of predicted.images('predictions').entries()) {
      const wrong = Array.from(data).findIndex((id, pixel) => id !== expected[image]!.data[pixel]);
      if (wrong >= 0) throw new Error(`argmax of image ${image} is ${data[wrong]} at pixel ${wrong}`);
    }
  }
  return {
    ...datasetValues(countCase(predicted, countingOptions(metricCase)).confusion),
    ties: ties.reduce((sum, count) => sum + count, 0),
  };
}

function paperDataset(metricCase: MetricCase, inputs: CaseInputs) {
  const { iou, meanIou: byRule } = datasetValues(countCase(inputs, countingOptions(metricCase)).confusion);
  return { ...byRule, iou };
}

function paperImages(metricCase: MetricCase, inputs: CaseInputs) {
  const { images } = countCase(inputs, countingOptions(metricCase));
  const withOne = mean(classIou, { absent: 'one' });
  return {
    perImage: imageScores(withOne, { emptyImages: 'count' }).of(images),
    mean: imageMean(withOne).of(images),
    meanVoidImageAsOne: imageMean(withOne, { emptyImages: 'count' }).of(images),
    meanUnionPresent: imageMean(meanIou).of(images),
    meanLabelPresent: imageMean(mean(classIou, { classes: 'present' })).of(images),
  };
}

function paperBatches(metricCase: MetricCase, inputs: CaseInputs) {
  const { images } = countCase(inputs, countingOptions(metricCase));
  const batches = metricCase.options['batches'] as readonly (readonly number[])[];
  const present = mean(classIou, { classes: 'present' });
  return { perBatch: batchScores(present, batches).of(images), mean: batchMean(present, batches).of(images) };
}

function ofVoc(metricCase: MetricCase, inputs: CaseInputs) {
  const preset = voc({ numClasses: numberOption(metricCase, 'numClasses') });
  const { images, confusion } = countCase(inputs, preset.counting);
  return {
    ...evaluatePreset(preset, images),
    rawCounts: confusion.toJSON().counts,
    rowPercent: normalize(confusion, 'labels').map((row) => row.map((share) => 100 * share)),
  };
}

function ofFineGrained(metricCase: MetricCase, inputs: CaseInputs) {
  const { numClasses = NaN, ignoreIndex = null } = metricCase.options;
  // The name of the set is all that tells the two-class definition from that of a binary mask.
  const binary =
    metricCase.source.options?.['binary'] === true ||
    String(metricCase.options['presence']).startsWith('class 1 only');
  const preset = jdtLosses({ numClasses, ignoreIndex, q: numberOption(metricCase, 'q'), binary });
  return evaluatePreset(preset, countCase(inputs, preset.counting).images);
}

function semanticBoundary(metricCase: MetricCase, inputs: CaseInputs) {
  const { numClasses, ignoreIndex } = countingOptions(metricCase);
  const dilationRatio = numberOption(metricCase, 'dilationRatio');
  const counts = new ImageCounts({ numClasses, ignoreIndex });
  const predictions = inputs.images('predictions');
  let dilation = NaN;
  for (const [place, { shape, data }] of inputs.images('labels').entries()) {
    const [height, width] = shape as [number, number];
    const options = { numClasses, ignoreIndex, height, width, dilationRatio };
    counts.record(place, countBoundary(data, predictions[place]!.data, options));
    dilation = boundaryWidth(height, width, dilationRatio);
  }
  return {
    dilation,
    ...intersections(counts),
    boundaryIou: classIou.of(counts),
    meanBoundaryIou: meanIou.of(counts),
    perImage: counts.images.map((image) => classIou.of(image)),
  };
}

function boundaryOfMasks(metricCase: MetricCase, inputs: CaseInputs) {
  const dilationRatio = numberOption(metricCase, 'dilationRatio');
  const predictions = inputs.images('predictions');
  const masks = inputs.images('labels').map(({ shape, data }, place) => {
    const [height, width] = shape as [number, number];
    const prediction = predictions[place]!.data;
    const boundary = countBoundary(data, prediction, { numClasses: 2, height, width, dilationRatio });
    const { truePositives, falsePositives, falseNegatives } = boundary.classCounts[1]!;
    const boundaryIou = classIou.of(boundary)[1]!;
    const maskIou = classIou.of(new ConfusionMatrix({ numClasses: 2 }).add(data, prediction))[1]!;
    return {
      dilation: boundaryWidth(height, width, dilationRatio),
      intersection: truePositives,
      union: truePositives + falsePositives + falseNegatives,
      boundaryIou,
      maskIou,
      minimum: Math.min(boundaryIou, maskIou),
    };
  });
  const list = (part: Exclude<keyof (typeof masks)[number], 'dilation'>) => masks.map((mask) => mask[part]);
  return {
    dilation: masks[0]?.dilation ?? NaN,
    intersection: list('intersection'),
    union: list('union'),
    boundaryIou: list('boundaryIou'),
    maskIou: list('maskIou'),
    minimum: list('minimum'),
  };
}

function intersections({ classCounts }: ImageCounts) {
  return {
    intersection: classCounts.map((c) => c.truePositives),
    union: classCounts.map((c) => c.truePositives + c.falsePositives + c.falseNegatives),
  };
}

function mergedPixels(metricCase: MetricCase, inputs: CaseInputs) {
  const options = countingOptions(metricCase);
  const labels = inputs.images('labels');
  const predictions = inputs.images('predictions');
  const shardOf = inputs.images('shards');
  const shards = Array.from({ length: numberOption(metricCase, 'shards') }, (_, shard) => {
    const confusion = new ConfusionMatrix(options);
    for (const [image, { data }] of labels.entries()) {
      const inShard = (values: ArrayLike<number>) =>
        Array.from(values).filter((_, pixel) => shardOf[image]!.data[pixel] === shard);
      confusion.add(inShard(data), inShard(predictions[image]!.data));
    }
    return { confusion, images: new ImageCounts(options) };
  });
  return {
    ...datasetValues(mergeShards(shards).confusion),
    shardConfusions: shards.map(({ confusion }) => confusion.toJSON().counts),
  };
}

function mergedImages(metricCase: MetricCase, inputs: CaseInputs) {
  const options = countingOptions(metricCase);
  const splits = metricCase.options['splits'] as readonly (readonly (readonly number[])[])[];
  const merged = splits.map((shards): CaseCounts =>
    mergeShards(shards.map((places) => countCase(inputs, options, places))),
  );
  const [first, ...others] = merged.map((counts) => JSON.stringify(counts));
  if (others.some((bytes) => bytes !== first)) throw new Error('other splits merge to other bytes');
  return { dataset: datasetValues(merged[0]!.confusion), images: imageValues(merged[0]!.images) };
}

function givenCounts(metricCase: MetricCase) {
  const counts = metricCase.options['confusion'] as readonly (readonly number[])[];
  return datasetValues(
    ConfusionMatrix.fromJSON({ numClasses: numberOption(metricCase, 'numClasses'), ignoreIndex: [], counts }),
  );
}

function torchmetricsConfusion(metricCase: MetricCase, inputs: CaseInputs) {
  const { confusion } = countCase(inputs, countingOptions(metricCase));
  return {
    none: confusion.toJSON().counts,
    true: normalize(confusion, 'labels'),
    pred: normalize(confusion, 'predictions'),
    all: normalize(confusion, 'all'),
  };
}

/** Values with names like `a.b` as an object of objects. */
function nested(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const parts = name.split('.');
    let at = tree;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[parts.at(-1)!] = value;
  }
  return tree;
}

function evaluated(preset: Preset, inputs: CaseInputs): Record<string, unknown> {
  return nested(evaluatePreset(preset, countCase(inputs, preset.counting).images));
}

function torchmetricsPreset({ options, source }: MetricCase): Preset {
  const { numClasses = NaN, ignoreIndex = null } = options;
  const zeroDivision = Number(source.options?.['zero_division'] ?? options['zeroDivision'] ?? 0);
  return torchmetrics({ numClasses, ignoreIndex, zeroDivision });
}

function torchmetricsJaccard(metricCase: MetricCase, inputs: CaseInputs) {
  const numClasses = numberOption(metricCase, 'numClasses');
  const predicted = inputs.has('predictions')
    ? inputs
    : decoded(inputs, ({ data }) => argmax(data, numClasses));
  return evaluated(torchmetricsPreset(metricCase), predicted)['jaccard'];
}

function torchmetricsRates(metricCase: MetricCase, inputs: CaseInputs) {
  return evaluated(torchmetricsPreset(metricCase), inputs);
}

function torchmetricsSamplewise(metricCase: MetricCase, inputs: CaseInputs) {
  const preset = torchmetricsPreset(metricCase);
  const { images } = countCase(inputs, preset.counting);
  const of = (reduction: string) =>
    images.images.map((_, place) => preset.metrics[`f1.${reduction}`]!.of(images.pick([place])));
  return { macro: of('macro'), micro: of('micro'), none: of('none') };
}

function segmentationPreset(metricCase: MetricCase): Preset {
  const includeBackground = metricCase.source.options?.['include_background'] !== false;
  return torchmetricsSegmentation({ numClasses: numberOption(metricCase, 'numClasses'), includeBackground });
}

/** Of each image, the values of a list of classes under the preset's class set. */
function ofEachImage(
  metricCase: MetricCase,
  { images }: CaseCounts,
  values: (image: ImageCounts['images'][number]) => readonly number[],
): number[][] {
  const first = metricCase.source.options?.['include_background'] === false ? 1 : 0;
  return images.images.map((image) => values(image).slice(first));
}

const orNumber = (number: number) => (value: number) => (Number.isNaN(value) ? number : value);

function torchmetricsMeanIou(metricCase: MetricCase, inputs: CaseInputs) {
  const preset = segmentationPreset(metricCase);
  const counts = countCase(inputs, preset.counting);
  const { meanIou: values } = nested(evaluatePreset(preset, counts.images));
  return {
    ...(values as object),
    functionPerClass: ofEachImage(metricCase, counts, (image) => classIou.of(image).map(orNumber(-1))),
  };
}

function torchmetricsGeneralized(metricCase: MetricCase, inputs: CaseInputs) {
  const preset = segmentationPreset(metricCase);
  const counts = countCase(inputs, preset.counting);
  const { generalizedDice } = nested(evaluatePreset(preset, counts.images)) as {
    generalizedDice: Record<string, number[]>;
  };
  const perImagePerClass = ofEachImage(metricCase, counts, (image) => classDice.of(image).map(orNumber(0)));
  return Object.fromEntries(
    Object.entries(generalizedDice).map(([weights, perImage]) => [
      weights,
      {
        perImage,
        perImagePerClass,
        class: perImage.reduce((sum, value) => sum + value, 0) / perImage.length,
      },
    ]),
  );
}

function torchmetricsDice(metricCase: MetricCase, inputs: CaseInputs) {
  const preset = segmentationPreset(metricCase);
  const counts = countCase(inputs, preset.counting);
  const { dice } = nested(evaluatePreset(preset, counts.images)) as {
    dice: Record<'samplewise' | 'global', Record<string, unknown>>;
  };
  return {
    samplewise: { ...dice.samplewise, none: ofEachImage(metricCase, counts, (image) => classDice.of(image)) },
    global: Object.fromEntries(Object.entries(dice.global).map(([name, value]) => [name, [value]])),
  };
}

function binaryJaccard(metricCase: MetricCase, inputs: CaseInputs) {
  const { confusion } = countCase(inputs, countingOptions(metricCase));
  const of = (absent: number) => mean(classIou, { classes: [1], absent }).of(confusion);
  return { zero0: of(0), zero1: of(1) };
}

function binaryAboveThreshold(metricCase: MetricCase, inputs: CaseInputs) {
  const limit = numberOption(metricCase, 'threshold');
  const { confusion } = countCase(
    decoded(inputs, ({ data }) => threshold(data, limit)),
    countingOptions(metricCase),
  );
  return { ...binaryScores(confusion), confusion: confusion.toJSON().counts };
}

function sklearnConfusion(metricCase: MetricCase, inputs: CaseInputs) {
  const { confusion } = countCase(inputs, countingOptions(metricCase));
  return {
    confusion: confusion.toJSON().counts,
    accuracy: pixelAccuracy.of(confusion),
    balancedAccuracy: meanAccuracy.of(confusion),
    kappa: cohenKappa.of(confusion),
  };
}

function ofForeground(metricCase: MetricCase, inputs: CaseInputs) {
  return binaryScores(countCase(inputs, countingOptions(metricCase)).confusion);
}

function sklearn(metricCase: MetricCase, inputs: CaseInputs) {
  const { confusion } = countCase(inputs, countingOptions(metricCase));
  return sklearnScores(confusion, numberOption(metricCase, 'zeroDivision'));
}

function smp(metricCase: MetricCase, inputs: CaseInputs) {
  const { numClasses = NaN, ignoreIndex = null, classWeights } = metricCase.options;
  const preset = segmentationModels({
    numClasses,
    ignoreIndex,
    zeroDivision: numberOption(metricCase, 'zeroDivision'),
    classWeights: classWeights as readonly number[],
  });
  const { images } = countCase(inputs, preset.counting);
  const list = (of: (c: ImageCounts['classCounts'][number], total: number) => number) =>
    images.images.map(({ classCounts, total }) => classCounts.map((c) => of(c, total)));
  return {
    ...nested(evaluatePreset(preset, images)),
    counts: {
      truePositive: list((c) => c.truePositives),
      falsePositive: list((c) => c.falsePositives),
      falseNegative: list((c) => c.falseNegatives),
      trueNegative: list((c, total) => total - c.truePositives - c.falsePositives - c.falseNegatives),
    },
  };
}

/** The library counts class 1 alone as its only class. */
function smpBinary(metricCase: MetricCase, inputs: CaseInputs) {
  const limit = numberOption(metricCase, 'threshold');
  const { images } = countCase(
    decoded(inputs, ({ data }) => threshold(data, limit, { inclusive: true })),
    countingOptions(metricCase),
  );
  const counts = new ImageCounts({ numClasses: 1 });
  for (const { id, classCounts, total, odd } of images.images) {
    counts.record(id, { numClasses: 1, classCounts: classCounts.slice(1), total, odd });
  }
  return Object.fromEntries(
    [0, 1].map((zeroDivision) => {
      const preset = segmentationModels({ numClasses: 1, zeroDivision });
      return [`${zeroDivision}`, nested(evaluatePreset(preset, counts))['iou']];
    }),
  );
}

/** `nan_to_num` of a case; undefined when it has none. */
function nanToNum({ source }: MetricCase): { readonly nanToNum?: number } {
  const value = source.options?.['nan_to_num'];
  return typeof value === 'number' ? { nanToNum: value } : {};
}

function huggingFace(metricCase: MetricCase, inputs: CaseInputs) {
  const { numClasses = NaN, ignoreIndex = null, reduceLabels } = metricCase.options;
  const preset = huggingFaceEvaluate({ numClasses, ignoreIndex, ...nanToNum(metricCase) });
  const reduced: CaseInputs = {
    ...inputs,
    images: (part) =>
      inputs
        .images(part)
        .map(({ shape, data }) => ({ shape, data: part === 'labels' ? reduceZeroLabel(data) : data })),
  };
  return evaluated(preset, reduceLabels === true ? reduced : inputs);
}

function mmseg(metricCase: MetricCase, inputs: CaseInputs) {
  const { numClasses = NaN, ignoreIndex = null } = metricCase.options;
  return evaluated(mmsegmentation({ numClasses, ignoreIndex, ...nanToNum(metricCase) }), inputs);
}

function lovaszValues(metricCase: MetricCase, inputs: CaseInputs, binary: boolean) {
  const { numClasses = NaN, ignoreIndex = null, level } = metricCase.options;
  const empty = numberOption(metricCase, 'zeroDivision');
  return evaluated(
    lovaszSoftmax({ numClasses, ignoreIndex, empty, perImage: level === 'image', binary }),
    inputs,
  );
}

function lovasz(metricCase: MetricCase, inputs: CaseInputs) {
  return lovaszValues(metricCase, inputs, false);
}

function lovaszMean(metricCase: MetricCase, inputs: CaseInputs) {
  return { miou: lovaszValues(metricCase, inputs, false)['miou'] };
}

function lovaszBinary(metricCase: MetricCase, inputs: CaseInputs) {
  return { iou: lovaszValues(metricCase, inputs, true)['miou'] };
}

function kornia(metricCase: MetricCase, inputs: CaseInputs) {
  const { images } = countCase(inputs, countingOptions(metricCase));
  const smoothed = classMetric('IoU of kornia', (c) => [
    c.truePositives + 1e-6,
    c.truePositives + c.falsePositives + c.falseNegatives + 1e-6,
  ]);
  return { iou: images.images.map((image) => smoothed.of(image)) };
}

function ofCityscapes(metricCase: MetricCase, inputs: CaseInputs) {
  const labels = cityscapesTable(metricCase);
  const names = labels.map(({ name }) => name);
  const counts = new CityscapesCounts(labels);
  const [labelIds, predictions, instances] = ['labels', 'predictions', 'instances'].map((part) =>
    inputs.images(part),
  );
  const places = (metricCase.options['images'] as readonly number[] | undefined) ?? [...labelIds!.keys()];
  // One image after the other, and merged from the last to the first: the same state.
  let merged = new CityscapesCounts(labels);
  for (const place of places)
    counts.add(labelIds![place]!.data, predictions![place]!.data, instances![place]!.data);
  for (const place of places.toReversed()) {
    merged = new CityscapesCounts(labels)
      .add(labelIds![place]!.data, predictions![place]!.data, instances![place]!.data)
      .merge(merged);
  }
  if (JSON.stringify(merged) !== JSON.stringify(counts)) throw new Error('images merge to other bytes');
  const byName = (values: readonly number[], keys: readonly string[]) =>
    Object.fromEntries(keys.map((key, place) => [key, values[place]!]));
  const values = evaluatePreset(cityscapes, counts) as Record<string, number[]>;
  const { confusion } = counts;
  const support = confusion.classCounts.map((c) => c.truePositives + c.falseNegatives);
  return {
    ...values,
    confMatrix: confusion.toJSON().counts,
    priors: byName(
      support.map((pixels) => pixels / confusion.total),
      names,
    ),
    classScores: byName(values['classScores']!, names),
    classInstScores: byName(values['classInstScores']!, names),
    categoryScores: byName(values['categoryScores']!, categoriesOf(counts)),
    categoryInstScores: byName(values['categoryInstScores']!, categoriesOf(counts)),
  };
}

/** The table of labels that a case describes. */
function cityscapesTable({ options }: MetricCase): CityscapesLabel[] {
  const ids = options['labelIds'] as Readonly<Record<string, number>>;
  const categories = options['categories'] as Readonly<Record<string, string>>;
  const sizes = options['averageClassSize'] as Readonly<Record<string, number>>;
  const ignored = options['ignored'] as readonly string[];
  return Object.keys(ids)
    .sort((a, b) => ids[a]! - ids[b]!)
    .map((name, id) => {
      if (ids[name] !== id) throw new RangeError(`label ids are not 0, 1, 2, …: ${name} is ${ids[name]}`);
      const averageSize = sizes[name];
      return {
        name,
        category: categories[name]!,
        isIgnored: ignored.includes(name),
        ...(averageSize === undefined ? {} : { averageSize }),
      };
    });
}
