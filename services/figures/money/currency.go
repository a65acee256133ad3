package money

import (
	"strconv"
	"strings"
)

// The currencies of ISO 4217 in use, by the number of their decimal places.
var byPlaces = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
		"GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD " +
		"MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
		"PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " +
		"TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

var exponents = func() map[string]int {
	m := map[string]int{}
	for places, codes := range byPlaces {
		for _, c := range strings.Fields(codes) {
			m[c] = places
		}
	}
	return m
}()

// Exponent is the number of decimal places of a currency: 2 for HKD, 0 for JPY.
// It is false for a code that is not in ISO 4217.
func Exponent(cur string) (int, bool) {
	e, ok := exponents[cur]
	return e, ok
}

func mustExponent(cur string) int {
	e, ok := exponents[cur]
	if !ok {
		panic("money: unknown currency " + strconv.Quote(cur))
	}
	return e
}
