export { type Action, authorise, type Decision, type Resource } from './authorise.ts';
export { type ConversationFacts } from './conversation.ts';
export { isOwner, scopeIncludes } from './scopes.ts';
export {
  profileIncludes,
  toolGroups,
  type ToolChange,
  type ToolFacts,
  type ToolPolicy,
  type ToolProfile,
  toolProfiles,
} from './tools.ts';
export { effectiveTrust, toMachine, taintOf, trustOf, type Standing } from './trust.ts';
