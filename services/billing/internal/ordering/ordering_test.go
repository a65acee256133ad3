package ordering_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/ordering"
	"cloudpact.dev/services/terms/cpctest"
)

func good() ordering.Order {
	return ordering.Order{Currency: "HKD", TermMonths: 18, Services: []ordering.Service{{
		ID: "backup", Kind: "C2C_BACKUP", Tokens: 10, OveragePrice: "120.00",
		Units: []ordering.Unit{{ID: "vm-1"}, {ID: "vm-2", Kind: "VIRTUAL_SERVER"}},
		Prices: []ordering.Price{
			{ID: "base", Item: "RECURRENT", Amount: "5000.00", Offers: []ordering.Offer{{ID: "welcome", Discount: "0.2"}}},
			{ID: "quarterly", Item: "RECURRENT", Amount: "54000", PeriodMonths: 3},
			{ID: "traffic", Item: "USAGE", Amount: "0.125", Meter: "traffic-gb"},
			{ID: "set-up", Item: "SETUP", Amount: "8000"},
		},
	}}, Prevailing: []string{"cpc/9"}}
}

func TestCheck(t *testing.T) {
	terms := cpctest.Chosen(t)
	if p := ordering.Check(terms, good()); len(p) != 0 {
		t.Fatalf("%+v", p)
	}
	for path, c := range map[string]struct {
		reason string
		spoil  func(*ordering.Order)
	}{
		"services":                                   {ordering.FieldInvalid, func(o *ordering.Order) { o.Services = nil }},
		"term_months":                                {ordering.FieldInvalid, func(o *ordering.Order) { o.TermMonths = -1 }},
		"term_last_day":                              {ordering.FieldInvalid, func(o *ordering.Order) { o.HasLastDay = true }},
		"ineffective_terms[0].clause":                {ordering.FieldInvalid, func(o *ordering.Order) { o.Prevailing[0] = "cpc/999" }},
		"services[0].kind":                           {ordering.KindUnknown, func(o *ordering.Order) { o.Services[0].Kind = "C3C" }},
		"services[0].tokens":                         {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Tokens = -1 }},
		"services[0].overage_price":                  {ordering.AmountInvalid, func(o *ordering.Order) { o.Services[0].OveragePrice = "0.001" }},
		"services[0].units[1].unit_id":               {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Units[1].ID = "vm-1" }},
		"services[0].units[1].kind":                  {ordering.KindUnknown, func(o *ordering.Order) { o.Services[0].Units[1].Kind = "TOASTER" }},
		"services[0].prices[0].item":                 {ordering.KindUnknown, func(o *ordering.Order) { o.Services[0].Prices[0].Item = "INTEREST" }},
		"services[0].prices[0].amount":               {ordering.AmountInvalid, func(o *ordering.Order) { o.Services[0].Prices[0].Amount = "-1" }},
		"services[0].prices[1].item_id":              {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[1].ID = "base" }},
		"services[0].prices[3].amount":               {ordering.AmountInvalid, func(o *ordering.Order) { o.Services[0].Prices[3].Amount = "8000.005" }},
		"services[0].prices[2].meter":                {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[2].Meter = "" }},
		"services[0].prices[3].period_months":        {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[3].PeriodMonths = 3 }},
		"services[0].prices[0].offers[0].discount":   {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[0].Offers[0].Discount = "1.5" }},
		"services[0].prices[0].offers[0].from_month": {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[0].Offers[0].FromMonth = -1 }},
		"services[0].prices[0].offers[0].months":     {ordering.FieldInvalid, func(o *ordering.Order) { o.Services[0].Prices[0].Offers[0].Months = -1 }},
	} {
		o := good()
		c.spoil(&o)
		p := ordering.Check(terms, o)
		if len(p) != 1 || p[0].Path != path || p[0].Reason != c.reason || p[0].Message == "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := ordering.CheckUnit(terms, ordering.Unit{ID: "x", Kind: "TOASTER"}, "unit"); len(p) != 1 || p[0].Path != "unit.kind" {
		t.Errorf("%+v", p)
	}
}
