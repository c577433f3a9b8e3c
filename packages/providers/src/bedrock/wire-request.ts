/** A request as Amazon's SDK builds and signs it. */
export interface WireRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number | undefined;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body?: string | undefined;
}

export function isHttpRequest(request: unknown): request is WireRequest {
  return (
    typeof request === 'object' &&
    request !== null &&
    ['method', 'protocol', 'hostname', 'path', 'query', 'headers'].every((key) => key in request)
  );
}

export function toUrl({ protocol, hostname, port, path, query }: WireRequest): string {
  const stated = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const words = new URLSearchParams(stated).toString();
  const place = port === undefined ? hostname : `${hostname}:${port}`;
  return `${protocol}//${place}${path}${words === '' ? '' : `?${words}`}`;
}
