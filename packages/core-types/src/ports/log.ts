export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log. Contract: never throws, never blocks, redacts secrets; `error` fields hold the caught value. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
