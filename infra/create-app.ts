import { App, type AppProps } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * Creates a CDK app with all feature flags that the installed release of CDK recommends. The flags
 * are set here and not in cdk.json, because tests and the embedded cloud synthesize without the CDK
 * command.
 */
export function createApp({ context, ...props }: AppProps = {}): App {
  return new App({ analyticsReporting: false, ...props, context: { ...flags, ...context } });
}
