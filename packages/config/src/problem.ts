import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import { formatConfigPath } from './config-path.ts';
import type { ConfigPath, Origin } from './located.ts';

/** Something about a configuration that its owner should know. An `error` refuses it, a `warning` does not. */
export interface ConfigProblem {
  readonly severity: 'error' | 'warning';
  readonly path: ConfigPath;
  readonly message: string;
  readonly origin: Origin;
}

/** `/home/me/.cuttle/cuttle.json5:3:5 gateway.prot: unknown key; did you mean "port"?` */
export function formatProblem({ path, message, origin }: ConfigProblem): string {
  const where = formatConfigPath(path);
  return `${formatOrigin(origin)}${where === '' ? '' : ` ${where}`}: ${message}`;
}

export function formatOrigin({ source, line, column }: Origin): string {
  return [source, line, column].filter((part) => part !== undefined).join(':');
}

export function refusal(code: ErrorCode, problems: readonly ConfigProblem[]): CuttleError {
  const [first] = problems;
  const lines = problems.map(formatProblem);
  const message =
    lines.length === 1
      ? (lines[0] ?? '')
      : `${lines.length} values are not right:\n${lines.join('\n')}`;
  return new CuttleError(code, message, {
    details: {
      path: formatConfigPath(first?.path ?? []),
      problems: lines,
    },
  });
}
