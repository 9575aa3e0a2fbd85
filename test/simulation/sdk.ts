import { ServiceError } from '../../schemas/index.ts';

/** Makes a call to a modelled service, and throws errors as the AWS SDK throws them. */
export async function sdkErrors<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, throttled } = error;
    throw Object.assign(new Error(code), {
      name: code,
      $metadata: { httpStatusCode: throttled ? 400 : 500 },
    });
  }
}
