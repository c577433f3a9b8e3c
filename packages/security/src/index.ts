export { equalsSecret } from './equals-secret.ts';
export { hashToken } from './hash-token.ts';
export {
  createRedactor,
  isSecretName,
  type Redact,
  redact,
  redactedMark,
  redactJson,
} from './redaction/redact.ts';
