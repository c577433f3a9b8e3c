import { z } from 'zod';
import type { ConfigPath } from './located.ts';
import { agentsSection, identitySection, toolsSection } from './sections/agents.ts';
import { bindingsSection } from './sections/bindings.ts';
import { retentionSection } from './sections/retention.ts';
import { budgetsSection } from './sections/budgets.ts';
import { embeddingsSection } from './sections/embeddings.ts';
import { gatewaySection } from './sections/gateway.ts';
import { hooksSection } from './sections/hooks.ts';
import { memorySection } from './sections/memory.ts';
import { mediaSection } from './sections/media.ts';
import {
  approvalsSection,
  deliverySection,
  limitsSection,
  logSection,
  pairingSection,
  storeSection,
  webSection,
} from './sections/operation.ts';
import { channelsSection, loginsSection, providersSection } from './sections/remote.ts';
import { personsSection, sessionSection } from './sections/session.ts';

/**
 * The configuration: one schema for the file, the JSON Schema, the reference and the form. Sections are loose: an unknown key is a
 * warning of the loader, never a failure. Settings of providers and channels are checked by their adapters' own schemas.
 */
export const configSchema = z.looseObject({
  gateway: gatewaySection.prefault({}).describe('Where the gateway listens and whom it lets in.'),
  hooks: hooksSection.prefault({}).describe('Where other programs hand in messages.'),
  store: storeSection.prefault({}).describe('Where everything durable is kept.'),
  providers: providersSection.default({}).describe('Model services by an id of your choice.'),
  logins: loginsSection
    .default({})
    .describe('How accounts are logged in with, by the ids of `cuttle auth login`.'),
  agents: agentsSection.prefault({}).describe('Who answers, and with which model.'),
  embeddings: embeddingsSection
    .prefault({})
    .describe('What makes vectors of texts, for search by meaning.'),
  media: mediaSection
    .prefault({})
    .describe('Images and documents, for models that do not take them.'),
  identity: identitySection
    .prefault({})
    .describe('How every agent appears, over what each says itself.'),
  bindings: bindingsSection
    .default([])
    .describe('Which agent answers where; the most specific one that fits holds.'),
  channels: channelsSection.default({}).describe('Messengers: platform → account → settings.'),
  session: sessionSection
    .prefault({})
    .describe('Which messages belong to one conversation, and when it ends.'),
  persons: personsSection
    .default([])
    .describe('People with several accounts: who is who across messengers.'),
  tools: toolsSection.prefault({}).describe('What agents may do.'),
  budgets: budgetsSection.prefault({}).describe('What model calls may cost.'),
  retention: retentionSection.prefault({}).describe('How long records stay.'),
  memory: memorySection.prefault({}).describe('What agents remember.'),
  limits: limitsSection.prefault({}).describe('How much is taken on at once.'),
  delivery: deliverySection.prefault({}).describe('How replies reach messengers.'),
  approvals: approvalsSection.prefault({}).describe('Questions to the owner.'),
  pairing: pairingSection.prefault({}).describe('Letting new people in.'),
  web: webSection.prefault({}).describe('The page in the browser.'),
  log: logSection.prefault({}).describe('What is logged, and how.'),
});
export type Config = z.output<typeof configSchema>;
/** What a person may write: everything with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;

/** Objects with settings that an adapter knows and this schema does not: other keys are none of its business. */
export function isOpen(path: ConfigPath): boolean {
  const [section, , third, , ...deeper] = path;
  if (deeper.length > 0) return false;
  if (section === 'providers')
    return path.length === 2 || (path.length === 4 && third === 'models');
  return section === 'channels' && path.length === 3;
}
