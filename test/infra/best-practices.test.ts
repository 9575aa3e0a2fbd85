import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, expect, it } from 'vitest';
import { settingsFor } from '../../infra/environment.ts';
import { synthesizeStack } from '../support/template.ts';

/** A rule that the template breaks on purpose. */
interface Exception {
  rule: RegExp;
  /** Paths of the resources that break the rule, without the name of the stack. */
  resources: RegExp;
  reason: string;
}

const EXCEPTIONS: Exception[] = [
  {
    rule: /^S1$/,
    resources:
      /^(Ingest\/(SetAsides|Failures)|Lake\/Bucket|Jobs\/Inputs|Audit\/Trail|DataEvents\/Files)$/,
    reason: 'Access logs of S3 cost money for each request. docs/aws.md leaves them to CloudTrail.',
  },
  {
    rule: /^SMG4$/,
    resources: /^(Ingest\/RestoreKey|Jobs\/CallbackSecret)$/,
    reason: 'Tenants must get their new secret from a person. docs/aws.md says how to replace it.',
  },
  {
    rule: /^SMG4$/,
    resources: /^Audit\/Key$/,
    reason: 'With another key, the entries that exist could not be verified.',
  },
  {
    rule: /^DDB3$/,
    resources: /^(Tables\/(Cache|History|Quota)|Keeper\/Table)$/,
    reason:
      'The verdict cache, the ledger and the manifest of the keeper are made anew if they are lost. The raw lines of the lake have what the history has, and expire with it.',
  },
  {
    rule: /^IAM5\[Resource::<(AuditTrail|LakeBucket|JobsInputs|IngestFailures|IngestSetAsides)\w+\.Arn>\/\S*\*\]$/,
    resources: /Role\/DefaultPolicy$/,
    reason: 'The keys of objects are known only when a function runs.',
  },
  {
    rule: /^IAM5\[Resource::\*\]$/,
    resources: /Role\/DefaultPolicy$/,
    reason:
      'The actions of Comprehend and X-Ray, and ListStreams, have no resources that a policy could name.',
  },
  {
    rule: /^IAM4\[Policy::\S+\/AmazonAPIGatewayPushToCloudWatchLogs\]$/,
    resources: /^Api\/RestApi\/CloudWatchRole$/,
    reason: 'API Gateway writes the access logs of all APIs of an account with one role.',
  },
  {
    rule: /^APIG6$/,
    resources: /^Api\/RestApi\/DeploymentStage\.v1$/,
    reason: 'The log of API Gateway would contain texts.',
  },
  {
    rule: /^APIG2$/,
    resources: /^Api\/RestApi$/,
    reason: 'The function validates each request by its schema, and names the wrong field.',
  },
  {
    rule: /^APIG3$/,
    resources: /^Api\/RestApi\/DeploymentStage\.v1$/,
    reason: 'AWS WAF is a setting, because it costs money.',
  },
  {
    rule: /^APIG4$/,
    resources: /^Api\/RestApi\/Default\/(health|ready|openapi\.json|docs|dashboard)\//,
    reason: 'Health, documentation and the page that asks for a key need none.',
  },
  {
    rule: /^COG4$/,
    resources: /^Api\/RestApi\/Default\//,
    reason: 'Callers are programs with API keys. There is no Cognito.',
  },
];

let findings: { rule: string; resource: string }[];
beforeAll(() => {
  const { violations } = new AwsSolutionsChecks().validateScope(synthesizeStack());
  findings = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({
      rule: ruleName.replace('AwsSolutions-', ''),
      resource: constructPath.replace(/^Test\//, '').replace(/\/Resource$/, ''),
    })),
  );
});

const isExplained = (by: Exception[]) => (finding: { rule: string; resource: string }) =>
  by.some(({ rule, resources }) => rule.test(finding.rule) && resources.test(finding.resource));

it('the template breaks a rule of AWS Solutions only where a reason is given', () => {
  expect(findings).not.toEqual([]);
  expect(findings.filter((finding) => !isExplained(EXCEPTIONS)(finding))).toEqual([]);
});

it('each reason stands for a rule that the template breaks', () => {
  const unused = EXCEPTIONS.filter((exception) => !findings.some(isExplained([exception])));
  expect(unused).toEqual([]);
});

it('a firewall, once it is set, ends the warning that there is none', () => {
  const { api } = settingsFor();
  const stack = synthesizeStack({ api: { ...api, firewall_requests_in_five_minutes: 3_000 } });
  const { violations } = new AwsSolutionsChecks().validateScope(stack);
  expect(violations.map(({ ruleName }) => ruleName)).not.toContain('AwsSolutions-APIG3');
});
