// Package record holds the nouns of compliance: cases, holds, decisions,
// obligations, notices, assets, the data of ended services, the audit log, and
// what it knows of contracts, services and accounts. It decides nothing.
package record

import (
	"strconv"
	"strings"
)

// CustomerKey tells one customer from all others.
type CustomerKey struct {
	Provider string `json:"provider"`
	Customer string `json:"customer"`
}

// Name is "providers/{p}/customers/{c}".
func (k CustomerKey) Name() string { return "providers/" + k.Provider + "/customers/" + k.Customer }

// ContractKey tells one contract from all others.
type ContractKey struct {
	CustomerKey
	Contract string `json:"contract"`
}

// Name is ".../customers/{c}/contracts/{contract}".
func (k ContractKey) Name() string { return k.CustomerKey.Name() + "/contracts/" + k.Contract }

// In is the key of something inside the contract.
func (k ContractKey) In(id string) Key { return Key{ContractKey: k, ID: id} }

// Key tells one thing inside a contract from all others of its sort.
type Key struct {
	ContractKey
	ID string `json:"id"`
}

// CaseName is ".../contracts/{contract}/cases/{case}".
func (k Key) CaseName() string { return k.ContractKey.Name() + "/cases/" + k.ID }

// HoldName is ".../contracts/{contract}/holds/{hold}".
func (k Key) HoldName() string { return k.ContractKey.Name() + "/holds/" + k.ID }

// DecisionName is ".../contracts/{contract}/decisions/{decision}".
func (k Key) DecisionName() string { return k.ContractKey.Name() + "/decisions/" + k.ID }

// AssetName is ".../contracts/{contract}/assets/{asset}".
func (k Key) AssetName() string { return k.ContractKey.Name() + "/assets/" + k.ID }

// AccountName is ".../contracts/{contract}/accounts/{account}".
func (k Key) AccountName() string { return k.ContractKey.Name() + "/accounts/" + k.ID }

// SubscriptionName is ".../contracts/{contract}/subscriptions/{subscription}".
func (k Key) SubscriptionName() string { return k.ContractKey.Name() + "/subscriptions/" + k.ID }

// RetentionName is ".../subscriptions/{subscription}/dataRetention".
func (k Key) RetentionName() string { return k.SubscriptionName() + "/dataRetention" }

// ParseCustomer reads the customer above a resource name; false where the name
// does not lie below one.
func ParseCustomer(name string) (CustomerKey, bool) {
	p := strings.Split(name, "/")
	if len(p) < 4 || p[0] != "providers" || p[2] != "customers" {
		return CustomerKey{}, false
	}
	return CustomerKey{p[1], p[3]}, true
}

// ParseContract reads the contract above a resource name; false where the name
// does not lie below one.
func ParseContract(name string) (ContractKey, bool) {
	c, ok := ParseCustomer(name)
	p := strings.Split(name, "/")
	if !ok || len(p) < 6 || p[4] != "contracts" {
		return ContractKey{}, false
	}
	return ContractKey{c, p[5]}, true
}

// Parse reads the name of something inside a contract, such as an account of
// the collection "accounts"; false where it is none.
func Parse(name, collection string) (Key, bool) {
	c, ok := ParseContract(name)
	p := strings.Split(name, "/")
	if !ok || len(p) != 8 || p[6] != collection {
		return Key{}, false
	}
	return c.In(p[7]), true
}

// Etag is the text of a version, as callers hand it back.
func Etag(version int64) string { return "v" + strconv.FormatInt(version, 10) }
