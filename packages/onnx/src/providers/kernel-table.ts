/**
 * The kernels of a provider, by operator: the data types that each type variable of the operator's signature may stand
 * for, separated by spaces. Several entries where not all combinations are taken. An operator that is not listed has no
 * kernel; data types that training graphs do not hold (float16, say) are left out.
 */
export type KernelTable = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
