import { CuttleError } from '@cuttle/core-types/errors';
import type { Journal } from '@cuttle/core-types/ports';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

const update = `UPDATE account SET checkpoint = ? WHERE space = 'main' AND id = ?`;

export function putCheckpoint(unit: Unit, input: Parameters<Journal['putCheckpoint']>[0]): void {
  const { accountId, checkpoint } = input;
  if (unit.db.run(update, toStored(checkpoint), accountId) === 0)
    throw new CuttleError('request.not-found', `There is no account ${accountId}.`);
}
