// Package token owns service tokens, the vouchers of the agreements: lots,
// redemptions, reservations and overage.
package token
