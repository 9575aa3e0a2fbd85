import { expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, synthesize } from '../support/template.ts';

it('without the setting there is no firewall to pay for', () => {
  expect(listResources(synthesize(), 'AWS::WAFv2::WebACL')).toEqual({});
});

it('the firewall blocks an address above the limit, and addresses that AWS knows as attackers', () => {
  const api = { ...settings.api, firewall_requests_in_five_minutes: 3_000 };
  const template = synthesize({ api });
  const { Firewall } = listResources(template, 'AWS::WAFv2::WebACL');
  const countedAs = (MetricName: string) => ({
    CloudWatchMetricsEnabled: true,
    // A sample would show the query of a request.
    SampledRequestsEnabled: false,
    MetricName,
  });
  expect(Firewall).toEqual({
    Scope: 'REGIONAL',
    Description: expect.any(String),
    DefaultAction: { Allow: {} },
    VisibilityConfig: countedAs('AuraStream-firewall'),
    Rules: [
      {
        Name: expect.any(String),
        Priority: 0,
        Action: { Block: {} },
        Statement: {
          RateBasedStatement: { AggregateKeyType: 'IP', Limit: 3_000, EvaluationWindowSec: 300 },
        },
        VisibilityConfig: countedAs('AuraStream-rate'),
      },
      {
        Name: expect.any(String),
        Priority: 1,
        OverrideAction: { None: {} },
        Statement: {
          ManagedRuleGroupStatement: {
            VendorName: 'AWS',
            Name: 'AWSManagedRulesAmazonIpReputationList',
          },
        },
        VisibilityConfig: countedAs('AuraStream-attackers'),
      },
    ],
  });
  const { FirewallAssociation } = listResources(template, 'AWS::WAFv2::WebACLAssociation');
  expect(FirewallAssociation?.WebACLArn).toBe('Firewall.Arn');
  expect(FirewallAssociation?.ResourceArn).toMatch(/restapis\/ApiRestApi\/stages\/ApiRestApi/);
});
