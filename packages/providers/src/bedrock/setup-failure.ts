import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';

interface Row {
  readonly code: ErrorCode;
  readonly match: RegExp;
  readonly says: string;
  readonly hint: string;
}

/** What goes wrong in Amazon's SDK before anything is sent, by its names and words. */
const rows: readonly Row[] = [
  {
    code: 'provider.auth',
    // "CredentialsProviderError: Could not load credentials from any providers", "Could not resolve credentials using profile"
    // "TokenProviderError: Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile."
    match: /CredentialsProviderError|TokenProviderError|(?:load|resolve) credentials/i,
    says: 'has no credentials that can be used',
    hint: 'Set apiKey, or accessKeyId and secretAccessKey, of this provider; or AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID or AWS_PROFILE; or log in by `aws sso login`.',
  },
  {
    code: 'provider.invalid',
    // "Region is missing", "expected `region` to be configured for `aws.auth#sigv4`"
    match: /region is missing|expected `region`|invalid region/i,
    says: 'has no region',
    hint: 'Set region of this provider, or AWS_REGION, such as us-east-1.',
  },
  {
    code: 'provider.invalid',
    // "No value provided for input HTTP label: modelId.", "Empty value provided for input HTTP label: modelId."
    match: /HTTP label/i,
    says: 'was asked for no model',
    hint: '`cuttle model list` shows the models of this provider; choose one of them.',
  },
];

/** Names what the SDK threw by itself; what came from the network passes as it is. */
export function toSetupFailure(error: unknown, service: string): unknown {
  if (!(error instanceof Error)) return error;
  const words = `${error.name}: ${error.message}`;
  const row = rows.find(({ match }) => match.test(words));
  if (!row) return error;
  return new CuttleError(row.code, `${service} ${row.says}.`, { cause: error, hint: row.hint });
}
