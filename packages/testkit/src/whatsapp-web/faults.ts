import type { BridgeFailure } from '@cuttle/core-types/bridge';
import { createFaults as createAnyFaults, type Faults as AnyFaults } from '../faults.ts';
import type { CommandName } from './world.ts';

/** What goes wrong with commands, and when: before they take effect, or after it but before the gateway is told. */
export interface Fault {
  /** Any command without it. */
  readonly command?: CommandName;
  /** How many; 1 without it. */
  readonly times?: number;
  /** `after` is the ambiguous case: the effect is there, the answer is not. `before` without it. */
  readonly when?: 'before' | 'after';
  readonly act: FaultAct;
}

export type FaultAct =
  /** The program dies; of a download, with half of the file written where `when` is `after`. */
  | 'die'
  /** No answer. */
  | 'hang'
  | {
      readonly code: BridgeFailure;
      readonly message?: string;
      readonly retryAfterMs?: number;
      readonly reached?: boolean;
    };

export type Faults = AnyFaults<Fault, CommandName>;

export function createFaults(): Faults {
  return createAnyFaults<Fault, CommandName>(
    ({ command }, given) => command === undefined || command === given,
  );
}
