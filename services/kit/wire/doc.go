// Package wire turns figures into messages and messages into figures: amounts,
// days, instants, decimals, derivations and citations. It is the one reading of
// google.type.Money, Date and Decimal, google.protobuf.Timestamp and
// cloudpact.type.v1.Explanation in the suite, so that every service takes and
// refuses the same.
//
// To… writes a figure; what is unset becomes nil. From… reads an optional field:
// nil is the unset value, and anything that is no figure is refused with a fault
// that names the field by its path in the request. Need… refuses nil as well.
package wire

import "cloudpact.dev/services/kit/fault"

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }
