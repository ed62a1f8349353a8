namespace Laurel.Server.Tests.Differential;

/// <summary>A program with one of everything, for the events that the tests draw.</summary>
internal static class RichProgram
{
    public const string Text =
        """
        {
          "time_zone": "Europe/Berlin",
          "currencies": [{ "code": "points" }, { "code": "gems" }],
          "point_rules": [
            { "code": "spend", "event_name": "purchase_completed", "where": { "property": "properties.currency", "op": "eq", "value": "USD" }, "amount": { "property": "properties.amount", "multiply": 1, "max": 1000 }, "expires_after": "P30D" },
            { "code": "signup", "event_name": "loyalty_signup", "amount": 100, "cap": { "period": "all_time", "amount": 250 } },
            { "code": "gems", "event_name": "badge.unlocked", "amount": 2, "currency": "gems" }
          ],
          "badges": [
            { "code": "regular", "name": "Regular", "criteria": { "event_name": "session_started", "metric": { "type": "count" }, "target": 3 } },
            { "code": "varied", "name": "Varied", "criteria": { "event_name": "purchase_completed", "metric": { "type": "distinct", "property": "properties.amount" }, "target": 6 } },
            { "code": "days", "name": "Days", "criteria": { "event_name": "session_started", "metric": { "type": "distinct", "property": "local_day" }, "target": 4 } }
          ],
          "challenges": [
            { "code": "shopper", "max_completions": 50,
              "objectives": [{ "code": "spend", "event_name": "purchase_completed", "metric": { "type": "sum", "property": "properties.amount" }, "target": 100 }],
              "rewards": [{ "type": "points", "amount": 20, "expires_after": "P3D" }, { "type": "reward", "code": "coupon" }] },
            { "code": "week", "schedule": { "recurrence": "weekly" },
              "objectives": [{ "code": "visits", "event_name": "session_started", "metric": { "type": "count" }, "target": 2 }], "rewards": [{ "type": "reward", "code": "mug" }] },
            { "code": "month_long", "schedule": { "rolling": "P5D" }, "enrollment": "explicit",
              "objectives": [{ "code": "buys", "event_name": "buy", "metric": { "type": "count" }, "target": 4 }], "rewards": [{ "type": "points", "amount": 7 }] }
          ],
          "streaks": [
            { "code": "visits", "event_name": "session_started", "period": "daily", "freezes": { "earned_every": 2, "stockpile_max": 2 },
              "milestones": [{ "count": 2, "rewards": [{ "type": "points", "amount": 5 }] }, { "count": 3, "rewards": [{ "type": "reward", "code": "coupon" }] }] }
          ],
          "tiers": [
            { "code": "bronze", "level": 1, "criteria_config": { "min_points": 0 } },
            { "code": "silver", "level": 2, "criteria_config": { "min_points": 200 }, "requalify": { "period": "monthly", "min_points": 90, "else": "one_level_down" } },
            { "code": "gold", "level": 3, "criteria_config": { "min_points": 600 } }
          ],
          "rewards": [
            { "code": "coupon", "type": "coupon", "code_pool": true },
            { "code": "mug", "type": "physical", "stock": 12, "max_claims_per_participant": 2 },
            { "code": "shirt", "type": "physical", "points_cost": 15 }
          ]
        }
        """;
}
