package notices

import (
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/terms"
)

// enforcement is what compliance itself does about a breach.
func enforcement(t terms.Resolved, fact any) (Notice, bool) {
	switch f := fact.(type) {
	case facts.CureDemanded:
		return cureDemand(t, f), true
	case facts.HoldPlaced:
		return held(t, f), true
	case facts.RestorationOffered:
		return offer(t, f), true
	case facts.HoldLifted:
		return lifted(t, f), true
	case facts.TerminationOrdered:
		return terminated(t, f), true
	}
	return Notice{}, false
}

func cureDemand(t terms.Resolved, f facts.CureDemanded) Notice {
	n := Notice{
		Kind: CureDemand, About: f.Case, Key: key("demand", f.Demand),
		Title: "Demand to mend a breach by " + long(f.LastDay),
		Text:  "We demand that the breach recorded as " + last(f.Case) + " be mended by " + long(f.LastDay) + under(t, f.Clause) + ".",
	}
	clauses := []string{f.Clause}
	if f.Open.Sign() > 0 {
		trigger := ""
		if rule, ok := t.Cure.Rule(terms.CauseNonPayment, ""); ok {
			trigger = rule.TriggerClause
		}
		clauses = append(clauses, trigger)
		n.Kind, n.Title = PaymentDemand, "Demand for payment by "+long(f.LastDay)
		n.Text = "On " + long(f.Demand) + " " + f.Open.String() + " of agreement " + contract(f.Case) +
			" is overdue. We demand payment in full by " + long(f.LastDay) + under(t, trigger, f.Clause) + "."
	}
	n.Text = text(n.Text, "After that day services may be suspended or terminated.")
	n.Citations = cite(t, clauses...)
	return n
}

func held(t terms.Resolved, f facts.HoldPlaced) Notice {
	return Notice{
		Kind: HoldPlaced, About: f.Hold, Key: "placed",
		Title: "Services of agreement " + contract(f.Hold) + " are suspended",
		Text: text("From "+f.Placed.In(t.Zone()).Format("2 January 2006, 15:04")+" these services are suspended: "+
			services(f.Subscriptions)+under(t, f.Clause)+".", "Charges go on where the agreement says so."),
		Citations: cite(t, f.Clause),
	}
}

func offer(t terms.Resolved, f facts.RestorationOffered) Notice {
	var asks []string
	if f.Fee.Sign() > 0 {
		asks = append(asks, "payment of a fee of "+f.Fee.String())
	}
	if f.AccountCleared {
		asks = append(asks, "payment of everything that is overdue")
	}
	if f.DepositComplete {
		asks = append(asks, "a complete deposit")
	}
	condition := "without further conditions"
	if len(asks) > 0 {
		condition = "after " + list(asks)
	}
	return Notice{
		Kind: RestorationOffer, About: f.Hold, Key: "offered", Title: "Offer to restore suspended services",
		Text: "On " + long(f.Offered) + " we offer to restore the services suspended by " + last(f.Hold) + " " + condition +
			under(t, f.Clause) + ".",
		Citations: cite(t, f.Clause),
	}
}

func lifted(t terms.Resolved, f facts.HoldLifted) Notice {
	return Notice{
		Kind: HoldLifted, About: f.Hold, Key: "lifted",
		Title: "Services of agreement " + contract(f.Hold) + " are restored",
		Text: "From " + f.Lifted.In(t.Zone()).Format("2 January 2006, 15:04") + " these services are restored: " +
			services(f.Subscriptions) + under(t, f.Clause) + ".",
		Citations: cite(t, f.Clause),
	}
}

func terminated(t terms.Resolved, f facts.TerminationOrdered) Notice {
	return Notice{
		Kind: Termination, About: f.Decision, Key: "ordered", Title: "Termination of services for cause",
		Text: "These services are terminated" + under(t, f.Clause) + ": " + services(f.Subscriptions) + ". The last day of service is " +
			long(f.LastDay) + ".",
		Citations: cite(t, f.Clause),
	}
}
