/** What is left of an error on its way between threads: its class, message, place and cause. */
interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PlainError | undefined;
}

const classes: Readonly<Record<string, ErrorConstructor>> = {
  RangeError,
  TypeError,
  SyntaxError,
  ReferenceError,
};

/** An error as text. */
export function writeError(error: unknown): string {
  return JSON.stringify(toPlain(error, 4));
}

function toPlain(error: unknown, depth: number): PlainError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, cause: undefined };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    cause: cause === undefined || depth === 0 ? undefined : toPlain(cause, depth - 1),
  };
}

/** The error that {@link writeError} wrote: of the same class where that is one of the language. */
export function readError(text: string): Error {
  const revive = ({ name, message, stack, cause }: PlainError): Error => {
    const error = new (classes[name] ?? Error)(
      message,
      cause === undefined ? undefined : { cause: revive(cause) },
    );
    if (error.name !== name) error.name = name;
    if (stack !== undefined) error.stack = stack;
    return error;
  };
  return revive(JSON.parse(text) as PlainError);
}
