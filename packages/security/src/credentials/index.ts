export { type CredentialFiles, openCredentialFiles } from './credential-files.ts';
