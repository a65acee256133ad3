// Package ordering checks an order against the terms and the contract's
// currency before anybody signs it.
package ordering

import (
	"fmt"
	"slices"
	"strings"

	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Reasons of a problem, as the book publishes them.
const (
	FieldInvalid  = "FIELD_INVALID"
	KindUnknown   = "KIND_UNKNOWN"
	AmountInvalid = "AMOUNT_INVALID"
)

// Problem is one thing that is wrong with an order.
type Problem struct {
	Reason string
	// Path of the field within the order, for example "services[0].kind".
	Path    string
	Message string
}

// Order is what is checked.
type Order struct {
	Currency   string
	TermMonths int
	// HasLastDay: the order states the last day of its period.
	HasLastDay        bool
	EndsAutomatically bool
	Services          []Service
	// Clauses that are said to prevail over terms of the order.
	Prevailing []string
}

// Service of an order.
type Service struct {
	ID, Kind     string
	Units        []Unit
	Prices       []Price
	Tokens       int
	OveragePrice string
}

// Unit of a service.
type Unit struct {
	ID, Kind string
}

// Price of a service.
type Price struct {
	ID, Item, Amount, Meter string
	PeriodMonths            int
	Offers                  []Offer
}

// Offer on a price.
type Offer struct {
	ID, Discount      string
	FromMonth, Months int
}

// Limits of an order. They keep mistakes out, not customers.
const (
	maxServices   = 100
	maxUnits      = 10000
	maxMonths     = 600
	maxUsageScale = 9
)

// items that an order may price.
var items = []string{terms.ItemOneOff, terms.ItemSetup, terms.ItemRecurrent, terms.ItemUsage}

// Check finds everything that is wrong with an order.
func Check(t terms.Resolved, o Order) []Problem {
	c := &checker{t: t, currency: o.Currency}
	c.period(o)
	if len(o.Services) == 0 || len(o.Services) > maxServices {
		c.invalid("services", "an order holds 1 to %d services", maxServices)
	}
	seen := map[string]bool{}
	for i, s := range o.Services {
		path := fmt.Sprintf("services[%d]", i)
		c.unique(seen, s.ID, path+".subscription_id")
		c.service(path, s)
	}
	for i, clause := range o.Prevailing {
		if _, ok := t.Clause(clause); !ok {
			c.invalid(fmt.Sprintf("ineffective_terms[%d].clause", i), "the terms have no clause %q", clause)
		}
	}
	return c.problems
}

// Unit checks a unit that is added later.
func CheckUnit(t terms.Resolved, u Unit, path string) []Problem {
	c := &checker{t: t}
	c.unit(path, u)
	return c.problems
}

type checker struct {
	t        terms.Resolved
	currency string
	problems []Problem
}

func (c *checker) add(reason, path, format string, args ...any) {
	c.problems = append(c.problems, Problem{reason, path, fmt.Sprintf(format, args...)})
}

func (c *checker) invalid(path, format string, args ...any) {
	c.add(FieldInvalid, path, format, args...)
}

func (c *checker) unique(seen map[string]bool, id, path string) {
	if seen[id] {
		c.invalid(path, "the id %q is used twice", id)
	}
	seen[id] = true
}

func (c *checker) period(o Order) {
	switch {
	case o.TermMonths < 0 || o.TermMonths > maxMonths:
		c.invalid("term_months", "a service period has 0 (the terms decide) to %d months", maxMonths)
	case o.TermMonths > 0 && o.HasLastDay:
		c.invalid("term_last_day", "state term_months or term_last_day, not both")
	case o.TermMonths == 0 && !o.HasLastDay && (c.t.Term == nil || c.t.Term.DefaultMonths == 0):
		c.invalid("term_months", "the terms have no service period of their own; state one")
	}
	if o.EndsAutomatically && (c.t.Term == nil || !c.t.Term.OrderMayEnd) {
		c.invalid("ends_automatically", "the terms do not let an order end supply with the period")
	}
}

func (c *checker) service(path string, s Service) {
	if _, ok := c.t.Kind(s.Kind); !ok {
		c.add(KindUnknown, path+".kind", "the terms have no kind of service %q; they have %s", s.Kind, c.kinds())
	} else if _, ok := c.t.Commencement.Rule(s.Kind); !ok {
		c.add(KindUnknown, path+".kind", "the terms do not say how %s commences", s.Kind)
	}
	if s.Tokens < 0 {
		c.invalid(path+".tokens", "tokens are 0 or more")
	}
	if s.OveragePrice != "" {
		c.amount(path+".overage_price", s.OveragePrice, false)
	}
	if len(s.Units) > maxUnits {
		c.invalid(path+".units", "a service holds at most %d units", maxUnits)
	}
	seen := map[string]bool{}
	for i, u := range s.Units {
		at := fmt.Sprintf("%s.units[%d]", path, i)
		c.unique(seen, u.ID, at+".unit_id")
		c.unit(at, u)
	}
	seen = map[string]bool{}
	for i, p := range s.Prices {
		at := fmt.Sprintf("%s.prices[%d]", path, i)
		c.unique(seen, p.ID, at+".item_id")
		c.price(at, p)
	}
}

func (c *checker) kinds() string {
	var all []string
	for _, k := range c.t.Kinds {
		all = append(all, k.Code)
	}
	return strings.Join(all, ", ")
}

// unit checks a unit's kind: one that some service of the terms is made of.
func (c *checker) unit(path string, u Unit) {
	if u.Kind == "" {
		return
	}
	if !slices.ContainsFunc(c.t.Kinds, func(k terms.Kind) bool { return k.Unit == u.Kind }) {
		c.add(KindUnknown, path+".kind", "the terms have no kind of unit %q", u.Kind)
	}
}

func (c *checker) price(path string, p Price) {
	_, known := c.t.Charging.Item(p.Item)
	if !slices.Contains(items, p.Item) || !known {
		c.add(KindUnknown, path+".item", "an order prices %s, not %q", strings.Join(items, ", "), p.Item)
	}
	usage := p.Item == terms.ItemUsage
	c.amount(path+".amount", p.Amount, usage)
	switch {
	case usage && p.Meter == "":
		c.invalid(path+".meter", "a price of usage names its meter, for example traffic-gb")
	case !usage && p.Meter != "":
		c.invalid(path+".meter", "only a price of usage has a meter")
	}
	if p.PeriodMonths < 0 || p.PeriodMonths > maxMonths || (p.PeriodMonths > 0 && p.Item != terms.ItemRecurrent) {
		c.invalid(path+".period_months", "a recurrent price has a period of 0 (one month) to %d months, others have none", maxMonths)
	}
	seen := map[string]bool{}
	for i, o := range p.Offers {
		at := fmt.Sprintf("%s.offers[%d]", path, i)
		c.unique(seen, o.ID, at+".offer_id")
		c.offer(at, o)
	}
}

func (c *checker) offer(path string, o Offer) {
	d, ok := terms.ParseDecimal(o.Discount)
	if !ok || d.Sign() <= 0 || d.Cmp(ratio.Int(1)) > 0 {
		c.invalid(path+".discount", `a discount is a decimal above 0 and up to 1, for example "0.2" for 20 percent`)
	}
	if o.FromMonth < 0 || o.FromMonth > maxMonths {
		c.invalid(path+".from_month", "months are counted from 0 to %d", maxMonths)
	}
	if o.Months < 0 || o.Months > maxMonths {
		c.invalid(path+".months", "an offer lasts 0 (to the end of the period) to %d months", maxMonths)
	}
}

// amount checks a price: not negative, and not finer than the currency where it
// becomes an amount of its own.
func (c *checker) amount(path, text string, rate bool) {
	if !rate {
		m, err := money.Parse(c.currency, text)
		if err != nil || m.Sign() < 0 {
			c.add(AmountInvalid, path, "%q is no amount of %s that is 0 or more, in its own decimal places", text, c.currency)
		}
		return
	}
	d, ok := terms.ParseDecimal(text)
	_, frac, _ := strings.Cut(text, ".")
	if !ok || d.Sign() < 0 || len(frac) > maxUsageScale {
		c.add(AmountInvalid, path, "%q is no price that is 0 or more with at most %d decimal places", text, maxUsageScale)
	}
}
