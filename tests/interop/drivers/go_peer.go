// Go's crypto/tls as TLS 1.0 peer.
//
// go_peer client|server key=value...      (contract: docs/interop.md)
package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

var options = map[string]string{}

func fail(err error) {
	fmt.Println("ERROR", err)
	os.Exit(1)
}

func number(name string, otherwise int) int {
	if text, ok := options[name]; ok {
		value, err := strconv.Atoi(text)
		if err != nil {
			fail(err)
		}
		return value
	}
	return otherwise
}

func report(connection *tls.Conn, received []byte) {
	state := connection.ConnectionState()
	version := map[uint16]string{tls.VersionTLS10: "tls1"}[state.Version]
	fmt.Printf("RESULT version=%s suite=%04x resumed=%s certificate=%s%s received=%d sha256=%x end=clean\n",
		version, state.CipherSuite, word(state.DidResume), word(len(state.PeerCertificates) > 0),
		abilities(state), len(received), sha256.Sum256(received))
}

// abilities is what it can tell beyond the suite, as more words.
func abilities(state tls.ConnectionState) string {
	told := ""
	if state.TLSUnique != nil {
		told += " unique=" + hex.EncodeToString(state.TLSUnique)
	}
	if options["alpn"] != "" {
		told += " alpn=" + state.NegotiatedProtocol
	}
	if options["server_name"] != "" && os.Args[1] == "server" {
		told += " server_name=" + state.ServerName
	}
	if options["staple"] != "" {
		told += " staple=" + word(len(state.OCSPResponse) > 0)
	}
	if label := options["exporter"]; label != "" {
		made, err := state.ExportKeyingMaterial(label, nil, 32)
		if err != nil {
			fail(err)
		}
		told += " exporter=" + hex.EncodeToString(made)
	}
	return told
}

func word(value bool) string {
	if value {
		return "yes"
	}
	return "no"
}

func serve(config *tls.Config, payload []byte) {
	plain, err := net.Listen("tcp", "127.0.0.1:"+options["port"])
	if err != nil {
		fail(err)
	}
	fmt.Println("LISTENING", plain.Addr().(*net.TCPAddr).Port)
	for i := 0; i < number("connections", 1); i++ {
		socket, err := plain.Accept()
		if err != nil {
			fail(err)
		}
		connection := tls.Server(socket, config)
		received := make([]byte, number("expect", 0))
		if _, err := io.ReadFull(connection, received); err != nil {
			fail(err)
		}
		if _, err := connection.Write(payload); err != nil {
			fail(err)
		}
		if err := connection.CloseWrite(); err != nil {
			fail(err)
		}
		// io.EOF means close_notify; a plain end of the socket is io.ErrUnexpectedEOF.
		if _, err := connection.Read(make([]byte, 1)); err != io.EOF {
			fail(fmt.Errorf("no close_notify: %v", err))
		}
		report(connection, received)
		connection.Close()
	}
}

func connect(config *tls.Config, payload []byte) {
	for i := 0; i < number("connections", 1); i++ {
		connection, err := tls.Dial("tcp", "127.0.0.1:"+options["port"], config)
		if err != nil {
			fail(err)
		}
		if _, err := connection.Write(payload); err != nil {
			fail(err)
		}
		received, err := io.ReadAll(connection)
		if err != nil {
			fail(err)
		}
		report(connection, received)
		connection.Close()
	}
}

func main() {
	for _, argument := range os.Args[2:] {
		name, value, _ := strings.Cut(argument, "=")
		options[name] = value
	}
	suite, err := strconv.ParseUint(options["suite"], 16, 16)
	if err != nil {
		fail(err)
	}
	config := &tls.Config{
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
		MaxVersion:         tls.VersionTLS10,
		CipherSuites:       []uint16{uint16(suite)},
	}
	if options["higher"] != "" {
		config.MaxVersion = tls.VersionTLS12
	}
	if options["alpn"] != "" {
		config.NextProtos = strings.Split(options["alpn"], ",")
	}
	if options["renegotiation"] != "" {
		config.Renegotiation = tls.RenegotiateFreelyAsClient
	}
	config.ServerName = options["server_name"]
	if options["resume"] != "" {
		config.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	}
	if options["key"] != "" {
		pair, err := tls.LoadX509KeyPair(options["certificate"], options["key"])
		if err != nil {
			fail(err)
		}
		if options["staple"] != "" && os.Args[1] == "server" {
			if pair.OCSPStaple, err = os.ReadFile(options["staple"]); err != nil {
				fail(err)
			}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if options["request_certificate"] != "" {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	payload, err := os.ReadFile(options["send"])
	if err != nil {
		fail(err)
	}
	if os.Args[1] == "server" {
		serve(config, payload)
	} else {
		connect(config, payload)
	}
}
