export { createLogins, type Logins, type LoginsDeps, type SavedLogin } from './create-logins.ts';
export type { LoginDefinition, LoopbackRedirect } from './login-definition.ts';
export { loginDefinitions } from './login-definitions.ts';
export type { LoginFiles } from './login-files.ts';
export { findDefinitionFor, type Login, LoginSettings, readDefinition, toLogin } from './login.ts';
export {
  type LoginPerson,
  type RedirectListener,
  runLogin,
  type RunLoginDeps,
} from './run-login.ts';
export { requireName } from './login-books.ts';
export type { StoredLogin } from './stored-login.ts';
export type { ModelToken, TokenSource } from './token-source.ts';
