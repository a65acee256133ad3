package notices

import (
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/terms"
)

// stateReturnDue is how the fact spells the state in which a return is asked
// for.
const stateReturnDue = "RETURN_DUE"

// custody is about equipment and stored data after an end.
func custody(t terms.Resolved, fact any) (Notice, bool) {
	switch f := fact.(type) {
	case facts.AssetCustodyChanged:
		if f.State != stateReturnDue {
			return Notice{}, false
		}
		return Notice{
			Kind: ReturnDemand, About: f.Asset, Key: key("return", f.ReturnLastDay),
			Title: "Please return " + last(f.Asset) + " by " + long(f.ReturnLastDay),
			Text: "Service " + last(f.Subscription) + " has ended. Please stop using " + last(f.Asset) +
				" and return it, uninstalled and properly packed, so that it arrives by " + long(f.ReturnLastDay) + under(t, f.Clause) + ".",
			Citations: cite(t, f.Clause),
		}, true
	case facts.ReplacementDemanded:
		return Notice{
			Kind: ReplacementDemand, About: f.Asset, Key: key("replacement", f.Demand),
			Title: "Replacement price of " + last(f.Asset) + ": " + f.Price.String(),
			Text: "On " + long(f.Demand) + " the replacement price of " + last(f.Asset) + ", " + f.Price.String() +
				", is demanded" + under(t, f.Clause) + ". Please pay it by " + long(f.LastDay) + ".",
			Citations: cite(t, f.Clause),
		}, true
	case facts.ReplacementWithdrawn:
		return Notice{
			Kind: ReplacementWithdrawn, About: f.Asset, Key: "withdrawn",
			Title:     "The replacement price of " + last(f.Asset) + " is withdrawn",
			Text:      last(f.Asset) + " came back undamaged before its price was paid, so the price is not asked for any more" + under(t, f.Clause) + ".",
			Citations: cite(t, f.Clause),
		}, true
	case facts.DataDeletionAllowed:
		if t.Retention == nil || !t.Retention.NeedsNotice {
			return Notice{}, false
		}
		return Notice{
			Kind: DataDeletion, About: f.Subscription, Key: key("deletion", f.From),
			Title:     "Data of " + last(f.Subscription) + " will be deleted",
			Text:      "The data stored in " + last(f.Subscription) + " may be deleted from " + long(f.From) + under(t, f.Clause) + ".",
			Citations: cite(t, f.Clause),
		}, true
	}
	return Notice{}, false
}
