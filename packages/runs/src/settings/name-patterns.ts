import { UsageError } from './usage-error.js';

/** A test of names that remembers which of its patterns have matched. */
export interface NamePatterns {
  matches(name: string): boolean;
  /** @throws UsageError naming a pattern that no name matched so far. */
  refuseIdle(): void;
}

/**
 * Names by patterns, in which `*` stands for any text.
 *
 * @param option how messages call them.
 */
export function namePatterns(option: string, patterns: readonly string[]): NamePatterns {
  const tests = patterns.map((pattern) => ({ pattern, test: patternTest(pattern), matched: false }));
  const seen = new Set<string>();
  return {
    matches(name) {
      seen.add(name);
      const found = tests.filter(({ test }) => test.test(name));
      for (const each of found) each.matched = true;
      return found.length > 0;
    },
    refuseIdle() {
      const idle = tests.find(({ matched }) => !matched);
      if (idle === undefined) return;
      const shown = [...seen].slice(0, 5).join(', ');
      const rest = seen.size > 5 ? ` and ${seen.size - 5} more` : '';
      throw new UsageError(
        `${option}: '${idle.pattern}' given; accepted: names of parameters (* stands for any text): ${shown}${rest}`,
      );
    },
  };
}

function patternTest(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
