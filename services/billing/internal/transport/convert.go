// Package transport speaks billing's wire: gRPC methods that turn messages into
// calls of the use cases and answers into messages.
package transport

import (
	"strconv"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
)

// Patterns of the names that billing serves.
var (
	providerName     = resource.MustPattern("providers/{provider}")
	clockName        = resource.MustPattern("providers/{provider}/clock")
	termsName        = resource.MustPattern("providers/{provider}/terms/{terms}")
	revisionName     = resource.MustPattern("providers/{provider}/terms/{terms}/revisions/{revision}")
	customerName     = resource.MustPattern("providers/{provider}/customers/{customer}")
	contractName     = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}")
	orderName        = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/orders/{order}")
	subscriptionName = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/subscriptions/{subscription}")
	unitName         = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/subscriptions/{subscription}/units/{unit}")
	operationName    = resource.MustPattern("operations/billing/{operation}")
)

// one parses a name with a single id.
func one(p resource.Pattern, name, path string) (string, error) {
	ids, err := p.Parse(name, path)
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

func contractKey(name, path string) (book.ContractKey, error) {
	ids, err := contractName.Parse(name, path)
	if err != nil {
		return book.ContractKey{}, err
	}
	return book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}, nil
}

func orderKey(name, path string) (book.OrderKey, error) {
	ids, err := orderName.Parse(name, path)
	if err != nil {
		return book.OrderKey{}, err
	}
	return book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}.Order(ids[3]), nil
}

func subscriptionKey(name, path string) (book.SubscriptionKey, error) {
	ids, err := subscriptionName.Parse(name, path)
	if err != nil {
		return book.SubscriptionKey{}, err
	}
	return book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}.Subscription(ids[3]), nil
}

// unitKey is a subscription and the id of one of its units.
func unitKey(name, path string) (book.SubscriptionKey, string, error) {
	ids, err := unitName.Parse(name, path)
	if err != nil {
		return book.SubscriptionKey{}, "", err
	}
	return book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}.Subscription(ids[3]), ids[4], nil
}

// scopeOf is the parent of a list: a customer, a contract, or "-" for any of
// them. The provider is always one.
func scopeOf(p resource.Pattern, name string) (book.ContractKey, error) {
	ids, err := p.ParseAny(name, "parent")
	if err != nil {
		return book.ContractKey{}, err
	}
	if ids[0] == resource.Any {
		return book.ContractKey{}, fault.Invalid(fault.ReasonNameInvalid, "parent", "name one provider; a list does not reach across providers")
	}
	for i, id := range ids {
		if id == resource.Any {
			ids[i] = ""
		}
	}
	k := book.ContractKey{Provider: ids[0]}
	if len(ids) > 1 {
		k.Customer = ids[1]
	}
	if len(ids) > 2 {
		k.Contract = ids[2]
	}
	return k, nil
}

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }

func itoa(i int) string { return strconv.Itoa(i) }

// maxText bounds a line of free text.
const maxText = 500

// text refuses what is too long for a line.
func text(s, path string) error {
	if len(s) > maxText {
		return invalid(path, "the text has more than 500 bytes")
	}
	return nil
}

// remaining is the time until an instant of the system's clock.
func remaining(end time.Time) time.Duration { return end.Sub(clock.System{}.Now()) }
