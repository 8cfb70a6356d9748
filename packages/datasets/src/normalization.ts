/** Mean of red, green and blue over ImageNet, of values in [0, 1]: what pretrained networks expect to be subtracted. */
export const imagenetMean = [0.485, 0.456, 0.406] as const;

/** Standard deviation of red, green and blue over ImageNet, of values in [0, 1]. */
export const imagenetStandardDeviation = [0.229, 0.224, 0.225] as const;
