/** An error as it passes between threads. */
export interface PortableError {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: PortableError | undefined;
}

const classes: ReadonlyMap<string, ErrorConstructor> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => [
    each.name,
    each,
  ]),
);

/** What is kept of anything that was thrown. */
export function portableError(thrown: unknown): PortableError {
  if (!isError(thrown)) {
    return { name: 'Error', message: String(thrown), stack: undefined, code: undefined, cause: undefined };
  }
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return {
    name,
    message,
    stack,
    code: typeof code === 'string' ? code : undefined,
    cause: cause === undefined ? undefined : portableError(cause),
  };
}

/** The error again: of its class where the language has it, of its name otherwise, with the stack of its own thread. */
export function errorFrom({ name, message, stack, code, cause }: PortableError): Error {
  const options = cause === undefined ? {} : { cause: errorFrom(cause) };
  const error = new (classes.get(name) ?? Error)(message, options);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  };
  if (error.name !== name) define('name', name);
  if (stack !== undefined) define('stack', stack);
  if (code !== undefined) define('code', code);
  return error;
}

/** Not by `instanceof`, as a native module may throw errors of another realm. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}
