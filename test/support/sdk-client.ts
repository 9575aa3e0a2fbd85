interface SdkConfig {
  maxAttempts(): Promise<number>;
  /** The Node.js handler of the SDK resolves its settings when it is created. */
  requestHandler: { configProvider: Promise<Record<string, unknown>> };
}

/** Returns the settings of the SDK client on which a stubbed call was made. */
export async function configOf(call: { thisValue: unknown }) {
  const { config } = call.thisValue as { config: SdkConfig };
  return {
    max_attempts: await config.maxAttempts(),
    time_limits: await config.requestHandler.configProvider,
  };
}
