import type { Config } from '@cuttle/config';
import type { Json } from '@cuttle/core-types';

/** A configuration in force, as it was read. */
export interface LoadedConfig {
  readonly config: Config;
  /** Without secrets: what may be shown. */
  readonly redacted: Json;
  readonly hash: string;
  readonly file: string;
  /** Unknown keys and the like: shown, never fatal. */
  readonly problems: readonly string[];
  /** Values that must never be shown. */
  readonly secrets: readonly string[];
}

/** Where the configuration comes from, and how it is changed. */
export interface ConfigSource {
  current(): LoadedConfig;
  /** Reads the file anew; what is wrong is told and changes nothing. */
  reload(): Promise<{ applied: boolean; problems: string[]; restart: string[] }>;
  /** Throws `config.invalid` or `config.stale` before anything is written. */
  set(change: {
    path: string;
    value: Json;
    baseHash: string | undefined;
  }): Promise<{ hash: string; restart: string[] }>;
  schema(): Json;
  /** `changed` names the paths that differ. */
  onApplied(listener: (loaded: LoadedConfig, changed: readonly string[]) => void): void;
}
