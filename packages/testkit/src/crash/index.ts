export {
  type AmbiguousSend,
  type CrashRecord,
  type CrashVerdict,
  emptyVerdict,
  type ExpectedNotice,
  isSound,
  joinVerdicts,
  type SaidMessage,
  type ShownText,
  type UnconfirmedText,
} from './crash-record.ts';
export { judgeAnswers } from './judge-answers.ts';
export { judgeEffects, judgeModelCalls, type PlannedEffect } from './judge-effects.ts';
export { type Program, type ProgramCommand, type ProgramEnd, startProgram } from './program.ts';
export { idsOf } from './read-replies.ts';
export {
  EffectRequest,
  type LedgerAttempt,
  openToolLedger,
  type ToolLedger,
} from './tool-ledger.ts';
export { type CrashInstant, createVictim, type Victim, type VictimOptions } from './victim.ts';
