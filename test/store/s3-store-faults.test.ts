import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { s3Store } from '../../store/s3-store.js';
import type { ObjectStore } from '../../store/object-store.js';
import {
  PreconditionFailed,
  StoreBlockedError,
  StoreDamagedError,
  StoreUnavailableError,
} from '../../store/object-store.js';
import type { Answer, HttpEndpoint } from '../support/http-endpoint.js';
import { startHttpEndpoint } from '../support/http-endpoint.js';

const HTML = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in to the network</html>' };
const BODY = Buffer.from('the content');

let endpoint: HttpEndpoint;
afterEach(() => endpoint.close());

function refusal(status: number, code: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code><Message>m</Message></Error>`,
  };
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64');
}

function given(body: Buffer, headers: Record<string, string> = {}): Answer {
  return { headers: { etag: '"1"', 'x-amz-checksum-sha256': sha256(body), ...headers }, body };
}

/** A store whose endpoint answers one request after the other as listed; the last answer is repeated. */
const storeAnswering = (...answers: Answer[]): Promise<ObjectStore> => storeWithin(4000, ...answers);

async function storeWithin(deadlineMs: number, ...answers: Answer[]): Promise<ObjectStore> {
  endpoint = await startHttpEndpoint((_, index) => answers[Math.min(index, answers.length - 1)]!);
  return s3Store({
    bucket: 'bucket',
    prefix: 'pre',
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'the-id', secretAccessKey: 'the-key' },
    deadlineMs,
  });
}

describe('S3 store against a server with faults', () => {
  it('sends a body whole, with its length and its own SHA-256', async () => {
    const store = await storeAnswering({ headers: { etag: '"1"' } });
    expect(await store.put('k', BODY, { ifAbsent: true })).toEqual({ etag: '"1"' });
    const { method, path, headers, body } = endpoint.requests[0]!;
    expect([method, path.split('?')[0], body]).toEqual(['PUT', '/bucket/pre/k', BODY]);
    expect(headers).toMatchObject({
      'content-length': String(BODY.length),
      'x-amz-checksum-sha256': sha256(BODY),
      'x-amz-content-sha256': createHash('sha256').update(BODY).digest('hex'),
      'if-none-match': '*',
    });
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(headers['content-encoding'] ?? '').not.toContain('aws-chunked');
  });

  it.each<[string, Answer]>([
    ['503 SlowDown', refusal(503, 'SlowDown')],
    ['503 without a body', { status: 503 }],
    ['500 InternalError', refusal(500, 'InternalError')],
    ['502 with a page of HTML', { ...HTML, status: 502 }],
    ['200 with a page of HTML', HTML],
    ['409 ConditionalRequestConflict', refusal(409, 'ConditionalRequestConflict')],
    ['429', refusal(429, 'TooManyRequests')],
    ['400 RequestTimeout', refusal(400, 'RequestTimeout')],
    ['400 BadDigest', refusal(400, 'BadDigest')],
    ['a wrong clock', refusal(403, 'RequestTimeTooSkewed')],
    ['a connection that is reset', (response) => response.socket?.resetAndDestroy()],
    ['a connection that is closed', (response) => response.socket?.end()],
  ])('puts again after %s', async (_, fault) => {
    const store = await storeAnswering(fault, fault, { headers: { etag: '"2"' } });
    expect(await store.put('k', BODY, { ifAbsent: true })).toEqual({ etag: '"2"' });
    expect(endpoint.requests).toHaveLength(3);
  });

  it('takes its own write for its own when the reply was lost', async () => {
    const store = await storeAnswering(
      (response) => response.socket?.destroy(),
      refusal(412, 'PreconditionFailed'),
      given(BODY),
    );
    expect(await store.put('k', BODY, { ifAbsent: true })).toEqual({ etag: '"1"' });
    expect(endpoint.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'GET']);
  });

  it("does not take another's write for its own", async () => {
    const store = await storeAnswering(
      (response) => response.socket?.destroy(),
      refusal(412, 'PreconditionFailed'),
      given(Buffer.from('of another')),
    );
    await expect(store.put('k', BODY, { ifMatch: '"0"' })).rejects.toBeInstanceOf(PreconditionFailed);
  });

  it.each<[string, Answer]>([
    ['a body that breaks off', (response) => breakOff(response, { 'content-length': BODY.length })],
    ['a body without a length that breaks off', (response) => breakOff(response, { connection: 'close' })],
    ['a body with one wrong bit', given(Buffer.from('the cOntent'), { 'x-amz-checksum-sha256': sha256(BODY) })],
    ['a page of HTML', HTML],
  ])('gets again after %s', async (_, fault) => {
    const store = await storeAnswering(fault, given(BODY));
    expect((await store.get('k'))?.body).toEqual(BODY);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('reports an object that is damaged where it lies', async () => {
    const store = await storeAnswering(given(BODY, { 'x-amz-checksum-sha256': sha256(Buffer.from('other')) }));
    await expect(store.get('k')).rejects.toBeInstanceOf(StoreDamagedError);
    expect(endpoint.requests).toHaveLength(3);
  });

  it('ends an operation at its deadline even if a body hangs', async () => {
    const store = await storeWithin(500, (response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': '100' });
      response.write('half');
    });
    const start = Date.now();
    await expect(store.get('k')).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(Date.now() - start).toBeLessThan(8000);
  });

  it('lists again when a page fails, and goes on where it was', async () => {
    const page = (key: string, more: string): Answer => ({
      headers: { 'content-type': 'application/xml' },
      body: `<ListBucketResult>${more}<Contents><Key>pre/${key}</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>`,
    });
    const first = page('a', '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>');
    const store = await storeAnswering(refusal(503, 'SlowDown'), first, { ...HTML, status: 502 }, page('b', ''));
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['a', 'b']);
    expect(endpoint.requests.at(-1)!.path).toContain('continuation-token=t');
  });

  it.each<[string, Answer, RegExp]>([
    ['no such bucket', refusal(404, 'NoSuchBucket'), /there is no bucket s3:\/\/bucket: got NoSuchBucket 404/],
    ['no such user', refusal(404, 'XAdminUserNotFound'), /not open to these credentials/],
    ['a server that is no S3 server', { ...HTML, status: 404 }, /not open to these credentials/],
    ['a key without rights', refusal(403, 'AccessDenied'), /s3:ListBucket on the bucket/],
    ['a wrong signature', refusal(403, 'SignatureDoesNotMatch'), /not open to these credentials/],
    ['an expired session', refusal(400, 'ExpiredToken'), /not open to these credentials/],
    ['another region', refusal(301, 'PermanentRedirect'), /in another region.*AWS_REGION/],
  ])('asks the user to act, at once, on %s', async (_, answer, message) => {
    const store = await storeAnswering(answer);
    const failure = store.get('k');
    await expect(failure).rejects.toBeInstanceOf(StoreBlockedError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/the-id|the-key/);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('takes a missing key for a missing object', async () => {
    const store = await storeAnswering(refusal(404, 'NoSuchKey'));
    expect(await store.get('k')).toBeUndefined();
    await store.delete('k');
    await expect(store.put('k', BODY, { ifMatch: '"1"' })).rejects.toBeInstanceOf(PreconditionFailed);
  });
});

function breakOff(
  response: Parameters<Extract<Answer, (...args: never[]) => void>>[0],
  headers: Record<string, string | number>,
): void {
  response.writeHead(200, { etag: '"1"', 'x-amz-checksum-sha256': sha256(BODY), ...headers });
  response.write(BODY.subarray(0, 4));
  setTimeout(() => response.socket?.end(), 20);
}
