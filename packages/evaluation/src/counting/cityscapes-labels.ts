/** A label of Cityscapes. */
export interface CityscapesLabel {
  readonly name: string;
  /** Its place in the list is its id; the license plate, −1, is no row or column. */
  readonly category: string;
  /** Left out as a label; predicted on a label that counts it is a mistake. */
  readonly isIgnored: boolean;
  /** Mean number of pixels of an instance at 2048 × 1024; undefined for labels without instances. */
  readonly averageSize?: number;
}

const voids = [
  'unlabeled',
  'ego vehicle',
  'rectification border',
  'out of roi',
  'static',
  'dynamic',
  'ground',
];

/**
 * The 34 labels of Cityscapes in the order of their ids. Train ids are the places among those that are not ignored.
 *
 * @example
 * const trainIds = cityscapesLabels.filter(({ isIgnored }) => !isIgnored).map(({ name }) => name); // 19 names
 */
export const cityscapesLabels: readonly CityscapesLabel[] = [
  ...voids.map((name) => ({ name, category: 'void', isIgnored: true })),
  { name: 'road', category: 'flat', isIgnored: false },
  { name: 'sidewalk', category: 'flat', isIgnored: false },
  { name: 'parking', category: 'flat', isIgnored: true },
  { name: 'rail track', category: 'flat', isIgnored: true },
  { name: 'building', category: 'construction', isIgnored: false },
  { name: 'wall', category: 'construction', isIgnored: false },
  { name: 'fence', category: 'construction', isIgnored: false },
  { name: 'guard rail', category: 'construction', isIgnored: true },
  { name: 'bridge', category: 'construction', isIgnored: true },
  { name: 'tunnel', category: 'construction', isIgnored: true },
  { name: 'pole', category: 'object', isIgnored: false },
  { name: 'polegroup', category: 'object', isIgnored: true },
  { name: 'traffic light', category: 'object', isIgnored: false },
  { name: 'traffic sign', category: 'object', isIgnored: false },
  { name: 'vegetation', category: 'nature', isIgnored: false },
  { name: 'terrain', category: 'nature', isIgnored: false },
  { name: 'sky', category: 'sky', isIgnored: false },
  { name: 'person', category: 'human', isIgnored: false, averageSize: 3462.4756337644 },
  { name: 'rider', category: 'human', isIgnored: false, averageSize: 3930.4788056518 },
  { name: 'car', category: 'vehicle', isIgnored: false, averageSize: 12794.0202738185 },
  { name: 'truck', category: 'vehicle', isIgnored: false, averageSize: 27855.1264367816 },
  { name: 'bus', category: 'vehicle', isIgnored: false, averageSize: 35732.1511111111 },
  { name: 'caravan', category: 'vehicle', isIgnored: true, averageSize: 36771.8241758242 },
  { name: 'trailer', category: 'vehicle', isIgnored: true, averageSize: 16926.9763313609 },
  { name: 'train', category: 'vehicle', isIgnored: false, averageSize: 67583.7075812274 },
  { name: 'motorcycle', category: 'vehicle', isIgnored: false, averageSize: 6298.7200839748 },
  { name: 'bicycle', category: 'vehicle', isIgnored: false, averageSize: 4672.3249222261 },
];
