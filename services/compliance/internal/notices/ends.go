package notices

import (
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/terms"
)

// ends is what the book tells about the end of a service or its period, and
// what token tells about storage that fills up and tokens that lapse.
func ends(t terms.Resolved, fact any) (Notice, bool) {
	switch f := fact.(type) {
	case facts.SubscriptionEnded:
		return ending(t, f)
	case facts.SubscriptionCancelled:
		return cancelled(t, f), true
	case facts.TermEnded:
		return termEnded(t, f), true
	case facts.CapacityCrossed:
		return capacity(t, f)
	case facts.TokensLapsing:
		return lapsing(t, f), true
	}
	return Notice{}, false
}

// causes are the causes of an end as billing spells them.
var causes = map[string]string{
	"CUSTOMER_NOTICE": "by the customer's notice",
	"PROVIDER_NOTICE": "by the provider's notice",
	"BREACH":          "for cause",
	"EXPIRY":          "with its order",
}

func ending(t terms.Resolved, f facts.SubscriptionEnded) (Notice, bool) {
	s := f.Subscription
	if s.LastDay.IsZero() || s.EndCause == "CANCELLATION" {
		return Notice{}, false // a cancellation has its own notice
	}
	how := causes[s.EndCause]
	if how != "" {
		how = " " + how
	}
	return Notice{
		Kind: ServiceEnding, About: s.Subscription, Key: key("end", s.Version),
		Title:     "Service " + last(s.Subscription) + " ends on " + long(s.LastDay),
		Text:      "Service " + last(s.Subscription) + " of agreement " + contract(s.Subscription) + " ends" + how + under(t, f.Clause) + ". The last day of service is " + long(s.LastDay) + ".",
		Citations: cite(t, f.Clause),
	}, true
}

func cancelled(t terms.Resolved, f facts.SubscriptionCancelled) Notice {
	s := f.Subscription
	clause, how := "", "was cancelled before it commenced; the notice was received on "+long(f.Notice)
	if t.Cancellation != nil {
		if clause = t.Cancellation.WrittenClause; f.Deemed {
			clause = t.Cancellation.DeemedClause
		}
	}
	if f.Deemed {
		how = "is treated as cancelled from " + long(f.Notice) + ", because it did not commence in time"
	}
	return Notice{
		Kind: ServiceCancelled, About: s.Subscription, Key: "cancelled",
		Title:     "Service " + last(s.Subscription) + " is cancelled",
		Text:      "Service " + last(s.Subscription) + " of agreement " + contract(s.Subscription) + " " + how + under(t, clause) + ".",
		Citations: cite(t, clause),
	}
}

func termEnded(t terms.Resolved, f facts.TermEnded) Notice {
	s := f.Subscription
	clause, then := "", "The service ends with it"
	if f.Continues {
		then = "The service continues until it is terminated"
	}
	if t.Term != nil {
		clause = t.Term.AfterClause
		if f.Continues && !t.Term.OfferLapse.IsZero() {
			then += ", and special offers do not continue"
		}
	}
	return Notice{
		Kind: TermEnded, About: s.Subscription, Key: key("term", s.TermEnd),
		Title: "The service period of " + last(s.Subscription) + " is over",
		Text: "The last day of the service period of " + last(s.Subscription) + " was " + long(s.TermEnd.AddDays(-1)) + ". " + then +
			under(t, clause) + ".",
		Citations: cite(t, clause),
	}
}

func capacity(t terms.Resolved, f facts.CapacityCrossed) (Notice, bool) {
	if f.Percent == 0 {
		return Notice{}, false
	}
	clause := ""
	if t.Snapshot != nil {
		clause = t.Snapshot.CapacityClause
	}
	return Notice{
		Kind: CapacityWarning, About: f.Subscription, Key: key(f.Percent, f.At.UTC().Unix()),
		Title: "The storage of " + last(f.Subscription) + " is filling up",
		Text: "At " + f.At.In(t.Zone()).Format("15:04 on 2 January 2006") + " more than " + key(f.Percent) + " per cent of the storage of " +
			last(f.Subscription) + " was in use" + under(t, clause) + ". Please say promptly what is to be removed, or order more.",
		Citations: cite(t, clause),
	}, true
}

func lapsing(t terms.Resolved, f facts.TokensLapsing) Notice {
	return Notice{
		Kind: TokensLapsing, About: f.Subscription, Key: key(f.Days, f.Lapse),
		Title: "Unused tokens of " + last(f.Subscription) + " lapse in " + key(f.Days) + " days",
		Text: "Tokens of " + last(f.Subscription) + " of agreement " + contract(f.Subscription) + " that are not used lapse on " +
			long(f.Lapse) + under(t, f.Clause) + ".",
		Citations: cite(t, f.Clause),
	}
}
