/**
 * Time limits of every call, in milliseconds. Without time limits, the SDK waits forever on a
 * broken connection, and the wait ends only when Lambda stops the function. A healthy call takes
 * much less time than these limits.
 */
const TIMEOUTS = {
  connectionTimeout: 2_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
} as const;

/** The settings of an SDK client that differ between the clients of this project. */
interface ClientSettings {
  maxAttempts?: number;
  /**
   * Time limits of each call. The value `{}` removes the time limits. Large uploads need this
   * value, because an upload may take longer than the limits.
   */
  requestHandler?: Partial<typeof TIMEOUTS>;
  requestChecksumCalculation?: 'WHEN_REQUIRED';
  useQueueUrlAsEndpoint?: false;
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

export interface ClientOptions extends Omit<ClientSettings, 'maxAttempts'> {
  /**
   * Maximum number of attempts of one call, including the first. Default: the default of the SDK.
   */
  max_attempts?: number | undefined;
}

interface SdkClient {
  middlewareStack: { remove(name: string): boolean };
}

/**
 * Creates an SDK client with the time limits of this project and without the logger middleware. The
 * logger middleware prepares the input and the output of each call for a log. The middleware walks
 * every value even if there is no logger. In the consumer, this work took a tenth of the CPU time.
 * The middleware is not needed, because no log of this project may contain a text.
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
  void client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Address and credentials of a cloud. The cloud is usually an embedded cloud in this process. */
export interface CloudAddress {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}

/** Converts the address and the credentials of a cloud to settings of an SDK client. */
export function clientConfig({ endpoint, region, access_key_id, secret_access_key }: CloudAddress) {
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  return { endpoint, region, credentials };
}
