// Package transport speaks compliance's wire: gRPC methods that turn messages
// into calls of the use cases and answers into messages.
package transport

import (
	moneypb "google.golang.org/genproto/googleapis/type/money"

	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/store"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

const contractPattern = "providers/{provider}/customers/{customer}/contracts/{contract}"

// Patterns of the names that compliance serves.
var (
	customerName     = resource.MustPattern("providers/{provider}/customers/{customer}")
	contractName     = resource.MustPattern(contractPattern)
	caseName         = resource.MustPattern(contractPattern + "/cases/{case}")
	holdName         = resource.MustPattern(contractPattern + "/holds/{hold}")
	decisionName     = resource.MustPattern(contractPattern + "/decisions/{decision}")
	assetName        = resource.MustPattern(contractPattern + "/assets/{asset}")
	subscriptionName = resource.MustPattern(contractPattern + "/subscriptions/{subscription}")
	retentionName    = resource.MustPattern(contractPattern + "/subscriptions/{subscription}/dataRetention")
	obligationName   = resource.MustPattern("providers/{provider}/customers/{customer}/obligations/{obligation}")
	noticeName       = resource.MustPattern("providers/{provider}/customers/{customer}/notices/{notice}")
)

// keyOf parses the name of something inside a contract.
func keyOf(p resource.Pattern, name, path string) (record.Key, error) {
	ids, err := p.Parse(name, path)
	if err != nil {
		return record.Key{}, err
	}
	return contractOf(ids).In(ids[3]), nil
}

func contractOf(ids []string) record.ContractKey {
	return record.ContractKey{CustomerKey: record.CustomerKey{Provider: ids[0], Customer: ids[1]}, Contract: ids[2]}
}

// parentKey parses a contract and the id of what is made in it.
func parentKey(parent, id, path string) (record.Key, error) {
	ids, err := contractName.Parse(parent, "parent")
	if err != nil {
		return record.Key{}, err
	}
	return contractOf(ids).In(id), resource.CheckID(id, path)
}

// customerKey parses the name of something below a customer.
func customerKey(p resource.Pattern, name string) (record.CustomerKey, string, error) {
	ids, err := p.Parse(name, "name")
	if err != nil {
		return record.CustomerKey{}, "", err
	}
	return record.CustomerKey{Provider: ids[0], Customer: ids[1]}, ids[2], nil
}

// listing is what every request of a page has.
type listing interface {
	GetParent() string
	GetPageSize() int32
	GetPageToken() string
}

// listOf reads the request of a page: the parent is of the pattern, "-" stands
// for any customer or contract, and the provider is always one.
func listOf(p resource.Pattern, in listing) (app.List, error) {
	ids, err := p.ParseAny(in.GetParent(), "parent")
	if err != nil {
		return app.List{}, err
	}
	if ids[0] == resource.Any {
		return app.List{}, fault.Invalid(fault.ReasonNameInvalid, "parent", "name one provider; a list does not reach across providers")
	}
	for i, id := range ids {
		if id == resource.Any {
			ids[i] = ""
		}
	}
	s := store.Scope{CustomerKey: record.CustomerKey{Provider: ids[0], Customer: ids[1]}}
	if len(ids) > 2 {
		s.Contract = ids[2]
	}
	return app.List{Scope: s, Size: in.GetPageSize(), Token: in.GetPageToken()}, nil
}

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }

// moneyOf reads an amount that must be there and not be negative.
func moneyOf(m *moneypb.Money, path string) (money.Money, error) {
	if m == nil {
		m = &moneypb.Money{} // has no currency
	}
	out, err := wire.FromMoney(m, path)
	if err != nil {
		return money.Money{}, err
	}
	if out.Sign() < 0 {
		return money.Money{}, fault.Invalid(app.ReasonAmountInvalid, path, "the amount must not be negative")
	}
	return out, nil
}
