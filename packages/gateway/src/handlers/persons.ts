import { CuttleError } from '@cuttle/core-types/errors';
import type { LinkAddress, LinkedPerson } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { textFor } from '@cuttle/core-types/texts';
import { parseLinkAddress, toLinkText } from '@cuttle/sessions';
import type { Caller, Handlers } from '../gateway-deps.ts';

export const personHandlers: Pick<Handlers, 'persons.list' | 'persons.link' | 'persons.unlink'> = {
  async 'persons.list'({ store }, { params }) {
    const persons = await store.reader.listPersons(params);
    return { persons: persons.map(toReport) };
  },
  async 'persons.link'({ store }, { params, caller }) {
    const by = requireOwner(caller);
    const address = readAddress(params.account);
    const { person } = await store.journal.linkPerson({ label: params.name, address, by });
    return toReport(person);
  },
  async 'persons.unlink'({ store }, { params, caller }) {
    const by = requireOwner(caller);
    return { ok: await store.journal.unlinkPerson({ address: readAddress(params.account), by }) };
  },
};

/** Who is who is the owner's word: whoever else could say it would take over another one's sessions. */
function requireOwner({ principal }: Caller): string {
  if (principal.kind === 'owner') return principal.id;
  throw new CuttleError('access.denied', textFor('policy.owner'));
}

function readAddress(text: string): LinkAddress {
  const address = parseLinkAddress(text);
  if (address) return address;
  throw new CuttleError('request.invalid', `"${text}" is no account.`, {
    hint: 'Write channel:id, or channel/account:id, with the id that the platform itself gives (no @name).',
  });
}

function toReport({ personId, label, links }: LinkedPerson): ResultOf<'persons.link'> {
  return {
    personId,
    name: label,
    accounts: links.map(({ configured, name, ...address }) => ({
      account: toLinkText(address),
      configured,
      ...(name !== undefined && { name }),
    })),
  };
}
