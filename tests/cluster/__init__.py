"""The product as docker-compose.yml describes it, as processes of one machine: what runs on servers, without Docker."""
