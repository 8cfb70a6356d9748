/** An error as it passes between threads. */
export interface PortableError {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What else it says in properties of its own: the code of a system error, the operator and node of an OnnxError. */
  readonly details: Readonly<Record<string, Detail>>;
  readonly cause: PortableError | undefined;
}

type Detail = string | number | boolean;

const classes: ReadonlyMap<string, ErrorConstructor> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => [
    each.name,
    each,
  ]),
);

/** What every error has. */
const named: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);

/** What is kept of anything that was thrown. */
export function portableError(thrown: unknown): PortableError {
  if (!isError(thrown)) {
    return { name: 'Error', message: String(thrown), stack: undefined, details: {}, cause: undefined };
  }
  const { name, message, stack, cause } = thrown;
  const own = Object.entries(thrown).filter(
    (entry): entry is [string, Detail] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]) && !named.has(entry[0]),
  );
  return {
    name,
    message,
    stack,
    details: Object.fromEntries(own),
    cause: cause === undefined ? undefined : portableError(cause),
  };
}

/** The error again: of its class where the language has it, of its name otherwise, with the stack of its own thread. */
export function errorFrom({ name, message, stack, details, cause }: PortableError): Error {
  const options = cause === undefined ? {} : { cause: errorFrom(cause) };
  const error = new (classes.get(name) ?? Error)(message, options);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  };
  if (error.name !== name) define('name', name);
  if (stack !== undefined) define('stack', stack);
  Object.assign(error, details);
  return error;
}

/** Not by `instanceof`, as a native module may throw errors of another realm. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}
