/** The token of an `Authorization` header: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function readBearer(header: string | undefined): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1];
}
