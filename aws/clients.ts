/**
 * Time limits of every call. By default the SDK waits forever on a broken connection, so Lambda would have to kill the
 * function. Healthy calls take much less.
 */
const TIMEOUTS = {
  connectionTimeout: 2_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
} as const;

/** The options in which our clients differ. */
interface ClientSettings {
  maxAttempts?: number;
  /** `{}` removes the time limits, for uploads that may take longer. */
  requestHandler?: Partial<typeof TIMEOUTS>;
  requestChecksumCalculation?: 'WHEN_REQUIRED';
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface ClientOptions extends Omit<ClientSettings, 'maxAttempts'> {
  /** Attempts of one call, the first included. Default: the SDK's. */
  max_attempts?: number | undefined;
}

interface SdkClient {
  middlewareStack: { remove(name: string): boolean };
}

/**
 * Creates a client of the SDK with our time limits, and without the step that prepares the input and output of each
 * call for a logger: it walks every value even when there is no logger, which took a tenth of the consumer's CPU time,
 * and no log of ours may hold a text.
 */
export function createClient<Client extends SdkClient>(
  SdkClientClass: new (settings: ClientSettings) => Client,
  { max_attempts, ...settings }: ClientOptions = {},
): Client {
  const client = new SdkClientClass({
    requestHandler: TIMEOUTS,
    ...(max_attempts === undefined ? {} : { maxAttempts: max_attempts }),
    ...settings,
  });
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** The address and the credentials of a cloud, usually of an embedded one in this process. */
export interface CloudAddress {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}

/** Translates a cloud's address to settings of a client. */
export function clientConfig({ endpoint, region, access_key_id, secret_access_key }: CloudAddress) {
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  return { endpoint, region, credentials };
}
