import { type Settings, settings } from './settings.ts';

/** Settings of an environment, where they differ from infra/settings.ts. */
const DIFFERENCES: Record<string, Partial<Settings>> = {
  production: {
    is_protected: true,
    alarms: { ...settings.alarms, encrypts_topic: true },
    api: { ...settings.api, serves_docs: false },
    audit: { ...settings.audit, object_lock: 'compliance' },
  },
};

/**
 * Returns the settings of an environment. The stack of the default environment is `AuraStream`, and
 * the stack of another environment is, for example, `AuraStream-staging`. All names of resources
 * begin with the name of the stack, so that one account can hold several environments.
 *
 * @throws {Error} if the name of the environment cannot be part of the names of all resources.
 */
export function settingsFor(environment: string = settings.environment): Settings {
  // A bucket name has at most 63 characters, and no upper-case letters.
  if (!/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/.test(environment)) {
    throw new Error(
      `environment: expected 2 to 20 lower-case letters, digits and hyphens, got ${environment}. ` +
        'Use for example -c environment=staging.',
    );
  }
  const { stack_name } = settings;
  return {
    ...settings,
    ...DIFFERENCES[environment],
    environment,
    stack_name: environment === settings.environment ? stack_name : `${stack_name}-${environment}`,
  };
}
