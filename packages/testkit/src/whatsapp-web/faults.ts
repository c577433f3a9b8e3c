import type { BridgeCommand, BridgeFailure } from '@cuttle/core-types/bridge';
import {
  type CallFault,
  createFaults as createAnyFaults,
  type Faults as AnyFaults,
} from '../faults.ts';
import type { CommandName } from './world.ts';

/** What goes wrong with commands, and when: before they take effect, or after it but before the gateway is told. */
export interface Fault extends CallFault<FaultAct> {
  /** Any command without it. */
  readonly command?: CommandName;
  readonly match?: (command: BridgeCommand) => boolean;
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

export type Faults = AnyFaults<Fault, BridgeCommand>;

export function createFaults(): Faults {
  return createAnyFaults<Fault, BridgeCommand>(
    ({ command, match }, given) =>
      (command === undefined || command === given.type) && (match?.(given) ?? true),
  );
}
