package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// How long the certificates last. A test cluster lives for hours; the credentials of a forgotten one must not be valid
// for years.
const lifetime = 30 * 24 * time.Hour

// identity is a user or component that the cluster identifies by a certificate.
type identity struct {
	file         string
	name         string
	groups       []string
	ips          []net.IP
	dns          []string
	writesConfig bool
}

var identities = []identity{
	{file: "apiserver", name: "kube-apiserver", ips: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}, dns: []string{"localhost", "kubernetes.default.svc"}},
	{file: "kubelet", name: "kwok", ips: []net.IP{net.IPv4(127, 0, 0, 1)}},
	{file: "apiserver-kubelet-client", name: "kube-apiserver-kubelet-client", groups: []string{"system:masters"}},
	{file: "admin", name: "tuner-admin", groups: []string{"system:masters"}, writesConfig: true},
	{file: "rig", name: "rig", groups: []string{"system:masters"}, writesConfig: true},
	{file: "controller-manager", name: "system:kube-controller-manager", writesConfig: true},
}

// runPKI makes a new authority, a certificate for each identity and the service account key in DIR/pki, and in DIR the
// kubeconfigs of the identities that are clients.
func runPKI(_ context.Context, flags *flag.FlagSet, args []string) error {
	dir := flags.String("dir", "", "where to")
	server := flags.String("server", "", "URL of the API server")
	contextName := flags.String("context", "tuner-test", "name of the context")
	_ = flags.Parse(args)

	pki := filepath.Join(*dir, "pki")
	if err := os.MkdirAll(pki, 0o700); err != nil {
		return err
	}
	authority := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "tuner-test-ca"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	authorityPEM, authorityKey, err := issue(filepath.Join(pki, "ca"), authority, authority, nil)
	if err != nil {
		return err
	}
	for _, who := range identities {
		template := &x509.Certificate{
			Subject:     pkix.Name{CommonName: who.name, Organization: who.groups},
			IPAddresses: who.ips,
			DNSNames:    who.dns,
			KeyUsage:    x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		}
		base := filepath.Join(pki, who.file)
		certificate, _, err := issue(base, template, authority, authorityKey)
		if err != nil {
			return err
		}
		if !who.writesConfig {
			continue
		}
		key, err := os.ReadFile(base + ".key")
		if err != nil {
			return err
		}
		user := &clientcmdapi.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}
		cluster := &clientcmdapi.Cluster{Server: *server, CertificateAuthorityData: authorityPEM}
		file := filepath.Join(*dir, who.file+".kubeconfig")
		if err := writeKubeconfig(file, *contextName, who.name, "", cluster, user); err != nil {
			return err
		}
	}
	key, err := newKey(filepath.Join(pki, "sa.key"))
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return writePEM(filepath.Join(pki, "sa.pub"), "PUBLIC KEY", public)
}

// issue writes base.key and base.crt, signed by parent (self-signed without a parentKey), and returns both.
func issue(base string, template, parent *x509.Certificate, parentKey crypto.Signer) ([]byte, crypto.Signer, error) {
	key, err := newKey(base + ".key")
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	template.SerialNumber = serial
	// An hour back, for clocks that are slightly off.
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = time.Now().Add(lifetime)
	if parentKey == nil {
		parentKey = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), key, writePEM(base+".crt", "CERTIFICATE", der)
}

func newKey(file string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writePEM(file, "EC PRIVATE KEY", der)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// writeKubeconfig writes a kubeconfig with one context, readable by its owner only.
func writeKubeconfig(file, contextName, user, namespace string, cluster *clientcmdapi.Cluster, auth *clientcmdapi.AuthInfo) error {
	config := clientcmdapi.NewConfig()
	config.Clusters[contextName] = cluster
	config.AuthInfos[user] = auth
	config.Contexts[contextName] = &clientcmdapi.Context{Cluster: contextName, AuthInfo: user, Namespace: namespace}
	config.CurrentContext = contextName
	return clientcmd.WriteToFile(*config, file)
}
