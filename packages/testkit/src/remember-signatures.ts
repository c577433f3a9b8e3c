import { isErrorTurn, type Script, type Turn } from './scripted-turns.ts';

/** The same script; a signature that it gives is put into `given`, so that the service knows it again. */
export function rememberSignatures(script: Script, given: Set<string>): Script {
  function remember(turn: Turn | undefined): void {
    if (turn === undefined || isErrorTurn(turn)) return;
    for (const part of turn) {
      if (part.type === 'thinking' && part.signature !== undefined) given.add(part.signature);
    }
  }
  if (typeof script !== 'function') {
    for (const turn of script) remember(turn);
    return script;
  }
  return async (call) => {
    const turn = await script(call);
    remember(turn);
    return turn;
  };
}
